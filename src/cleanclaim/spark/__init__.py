"""The same check, and the same analysis, on an Apache Spark cluster.

    import cleanclaim.spark

    checked = cleanclaim.spark.check(claims, diagnoses, lines)
    checked.findings.write.parquet("s3://bucket/findings")

Claims are grouped by patient, and each worker runs the same function as a single machine, on
batches of whole patients. The driver ships the dated tables once. Each worker needs the same
version of cleanclaim (`pip install "cleanclaim[spark]"`).
"""

from cleanclaim.spark.analysis import analyze
from cleanclaim.spark.driver import Checked, check

__all__ = ["Checked", "analyze", "check"]
