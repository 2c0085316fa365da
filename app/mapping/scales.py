"""Units that a measurement may come in, each with its factor, and the ways a urine strip is written down.

https://ucum.org/ucum; Volven 8340: https://volven.no. Beside UCUM codes stand the spellings that systems send
as plain text.
"""

PRESSURE = {"mm[Hg]": 1.0, "mmHg": 1.0, "mm Hg": 1.0, "kPa": 7.50062}
MASS = {"kg": 1.0, "g": 0.001}
LENGTH = {"cm": 1.0, "mm": 0.1, "m": 100.0}
RATE = {
    "/min": 1.0,
    "{beats}/min": 1.0,
    "{Beats}/min": 1.0,
    "1/min": 1.0,
    "beats/min": 1.0,
    "bpm": 1.0,
    "slag/min": 1.0,
}
MASS_CONCENTRATION = {"g/dL": 1.0, "g/dl": 1.0, "g/L": 0.1, "g/l": 0.1}
VOLVEN_GRADES = {
    "T008": 0.0,
    "T052": 0.5,
    "T048": 1.0,
    "T049": 2.0,
    "T050": 3.0,
    "T002": 1.0,  # positive without a grade counts as 1+
}
WRITTEN_GRADES = {
    "neg": 0.0, "negativ": 0.0, "negative": 0.0, "spor": 0.5, "trace": 0.5,
    "1+": 1.0, "+": 1.0, "2+": 2.0, "++": 2.0, "3+": 3.0, "+++": 3.0, "4+": 4.0, "++++": 4.0,
}  # fmt: skip

AMOUNT_UNITS: dict[str, dict[str, float]] = {  # by the unit of the item
    "kg": MASS,
    "g": {"g": 1.0, "kg": 1000.0},
    "cm": LENGTH,
    "mm": {"mm": 1.0, "cm": 10.0},
    "/min": RATE,
    "min": {"min": 1.0, "minutter": 1.0, "h": 60.0},
    "ug/L": {"ug/L": 1.0, "µg/L": 1.0, "ug/l": 1.0, "µg/l": 1.0, "ng/mL": 1.0},
    "mmol/mol": {"mmol/mol": 1.0},
    "mmol/L": {"mmol/L": 1.0, "mmol/l": 1.0},
    "umol/L": {"umol/L": 1.0, "µmol/L": 1.0, "umol/l": 1.0},
    "kg/m2": {"kg/m2": 1.0, "kg/m²": 1.0},
    "Cel": {"Cel": 1.0, "°C": 1.0},
    "mL": {"mL": 1.0, "ml": 1.0, "L": 1000.0},
    "%": {"%": 1.0},
    "a": {"a": 1.0},
    "[pH]": {"[pH]": 1.0, "pH": 1.0},
    "{score}": {"{score}": 1.0, "1": 1.0},
    "{#}": {"{#}": 1.0, "1": 1.0},
}
BARE_UNITS = frozenset({"{score}", "{#}", "[pH]", "%"})  # may come without a unit
WRITTEN_ANSWERS = {
    "ja": "yes", "nei": "no", "vet ikke": "unknown", "ukjent": "unknown",
    "positiv": "positive", "pos": "positive", "påvist": "positive",
    "negativ": "negative", "neg": "negative", "ikke påvist": "negative",
    "immun": "immune", "ikke immun": "non-immune", "uavklart": "inconclusive",
}  # fmt: skip
