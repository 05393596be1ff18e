"""The data dictionary, from the model."""

from __future__ import annotations

from cleanclaim.model import TABLES


def model_page() -> str:
    """The data dictionary."""
    lines = [
        "# Tables",
        "",
        "Generated from `cleanclaim.model`. P, I and D mark elements of the professional, institutional and dental guides.",
    ]
    for table in TABLES.values():
        lines += [
            "",
            f"## {table.name}",
            "",
            f"{table.grain[0].upper()}{table.grain[1:]}. Key: {', '.join(f'`{k}`' for k in table.key)}.",
            "",
        ]
        lines += [
            "| column | type | meaning | 837 element | box | FHIR |",
            "|---|---|---|---|---|---|",
        ]
        for c in table.columns:
            private = " *(identifies a patient; never in findings)*" if c.private else ""
            lines.append(
                f"| `{c.name}` | {dtype(c.dtype)} | {c.meaning}{private} | {c.element} | {c.box} | {c.fhir} |"
            )
    return "\n".join(lines) + "\n"


def dtype(kind: object) -> str:
    """A type's name as a reader writes it."""
    return str(kind).replace("precision=", "").replace("scale=", "")
