"""Pages, form fields, tables and downloads in the GOV.UK style; knows nothing of the work."""
