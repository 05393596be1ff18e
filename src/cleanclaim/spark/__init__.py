"""The same check on an Apache Spark cluster.

    import cleanclaim.spark

    checked = cleanclaim.spark.check(claims, diagnoses, lines)
    checked.findings.write.parquet("s3://bucket/findings")

Claims are brought together by patient, and each worker runs the very function that runs on one machine over batches of whole patients. The driver ships the
dated tables once; workers need cleanclaim installed in the same version (`pip install "cleanclaim[spark]"`).
"""

from cleanclaim.spark.driver import Checked, check

__all__ = ["Checked", "check"]
