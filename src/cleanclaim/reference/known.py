"""The names of every table there can be, loaded or not."""

from __future__ import annotations

from typing import Final

from cleanclaim.reference import sets

_IMPORTED: Final = """
anesthesia_factors asp carc_codes ccsr ccsr_categories clfs code_rules conversions coverage_diagnoses coverage_policies coverage_procedures
coverage_states cpt filing_limits frequency_limits gems_icd10_icd9 gems_icd9_icd10 gpci hcpcs hcpcs_modifiers hcpcs_noc icd10cm icd10cm_attributes
icd10cm_index icd10cm_note_scopes icd10cm_note_targets icd10cm_notes icd10cm_seventh icd10cm_tabular icd10cm_titles icd10pcs_titles localities
medicaid_mue_dme medicaid_mue_hospital medicaid_mue_practitioner medicaid_ptp_dme medicaid_ptp_hospital medicaid_ptp_practitioner mpfs msdrg_weights
mue_dme mue_hospital mue_practitioner ncci_add_on ncci_ptp_hospital ncci_ptp_practitioner opps opps_cap poa_exempt pos rarc_codes rbcs
resubmission_limits taxonomy telehealth visit_levels zip_localities
"""
_BUILT_IN: Final = "icd10pcs icd10pcs_attributes icd9cm icd9cm_attributes icd9pcs procedure_codes payer_packs payer_rules"
KNOWN_TABLES: Final = frozenset({*_IMPORTED.split(), *_BUILT_IN.split(), *sets.SETS})
"""Tables that importers make, that come with the program, and its own sets of codes."""
