ValueSet: UnitsPressure
Id: units-pressure
Title: "Units of blood pressure"
* $ucum#mm[Hg]
* $ucum#kPa

ValueSet: UnitsMass
Id: units-mass
Title: "Units of body weight"
* $ucum#kg
* $ucum#g

ValueSet: UnitsHeight
Id: units-height
Title: "Units of height and fundal height"
* $ucum#cm
* $ucum#mm
* $ucum#m

ValueSet: UnitsLength
Id: units-length
Title: "Units of what is measured by ultrasound"
* $ucum#mm
* $ucum#cm

ValueSet: UnitsRate
Id: units-rate
Title: "Units of a heart rate"
* $ucum#/min
* $ucum#{beats}/min
* $ucum#{Beats}/min
* $ucum#1/min

ValueSet: UnitsHaemoglobin
Id: units-haemoglobin
Title: "Units of haemoglobin"
* $ucum#g/dL
* $ucum#g/L

ValueSet: UnitsFerritin
Id: units-ferritin
Title: "Units of ferritin"
* $ucum#ug/L
* $ucum#ng/mL

ValueSet: UnitsHba1c
Id: units-hba1c
Title: "Units of HbA1c (IFCC)"
* $ucum#mmol/mol

ValueSet: UnitsGlucose
Id: units-glucose
Title: "Units of glucose"
* $ucum#mmol/L

ValueSet: UnitsBmi
Id: units-bmi
Title: "Units of body mass index"
* $ucum#kg/m2

ValueSet: UnitsWeeks
Id: units-gestation
Title: "Units of gestational age"
* $ucum#d
* $ucum#wk

ValueSet: UnitsTemperature
Id: units-temperature
Title: "Units of temperature"
* $ucum#Cel

ValueSet: UnitsBileAcids
Id: units-bile-acids
Title: "Units of bile acids"
* $ucum#umol/L

ValueSet: UnitsTravel
Id: units-travel
Title: "Units of time of travel"
* $ucum#min
* $ucum#h

ValueSet: UnitsYears
Id: units-years
Title: "Units of years"
* $ucum#a

ValueSet: UnitsShare
Id: units-share
Title: "Units of a share"
* $ucum#%

ValueSet: UnitsVolume
Id: units-volume
Title: "Units of volume"
* $ucum#mL
* $ucum#L
