"""TABLES: the clinical rules by subject; ``app.pregnancy.rule_table`` puts them together."""
