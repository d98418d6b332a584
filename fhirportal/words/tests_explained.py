"""Our own short names and one-line meanings for common lab tests and body measures, by LOINC code.

It says what a test measures, in plain words. It must never say what a value means, what is high or low, or what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhirportal.words import Words
from fhirportal.words import mark as N_


@dataclass(frozen=True)
class Explained:
    """A test in plain words: a friendly name, and what it measures."""

    name: str
    meaning: str


def find_explained(codes: tuple[str, ...] | list[str], words: Words) -> Explained | None:
    """The words for the first of these LOINC codes that has some; None where none has."""
    found = next((_BY_CODE[code] for code in codes if code in _BY_CODE), None)
    return Explained(words.gettext(found.name), words.gettext(found.meaning)) if found else None


_TESTS = (
    # sugar
    ("4548-4 17856-6 59261-8 4549-2", N_("HbA1c"), N_("Your average blood sugar over about 3 months")),
    ("2345-7 2339-0 15074-8 14749-6 41653-7 2340-8 74774-1", N_("Blood sugar (glucose)"), N_("Sugar in your blood")),
    ("1558-6 14771-0", N_("Fasting blood sugar"), N_("Sugar in your blood when you have not eaten")),
    ("20448-7 27873-9 2484-4", N_("Insulin"), N_("A hormone that moves sugar out of the blood")),
    ("1986-9 1987-7", N_("C-peptide"), N_("Shows how much insulin your body makes")),
    # fats
    ("2093-3 14647-2", N_("Total cholesterol"), N_("All the cholesterol in your blood, added up")),
    ("13457-7 18262-6 2089-1 22748-8 39469-2", N_("LDL cholesterol"), N_("The kind of fat that can build up in blood vessels")),
    ("2085-9 14646-4", N_("HDL cholesterol"), N_("The kind of fat that helps to carry cholesterol away")),
    ("2571-8 14927-8 3043-7", N_("Triglycerides"), N_("Fats in your blood that come from food")),
    ("43396-1 70204-3", N_("Non-HDL cholesterol"), N_("All cholesterol except the HDL kind")),
    ("9830-1 32309-7", N_("Cholesterol ratio"), N_("Total cholesterol compared with the HDL kind")),
    # blood cells
    ("718-7 30313-1 20509-6 59260-0", N_("Haemoglobin"), N_("Carries oxygen round your body")),
    ("4544-3 20570-8 71833-8", N_("Haematocrit"), N_("How much of your blood is red cells")),
    ("789-8 26453-1", N_("Red blood cells"), N_("Cells that carry oxygen")),
    ("6690-2 26464-8 804-5 49498-9", N_("White blood cells"), N_("Cells that fight germs")),
    ("777-3 26515-7 778-1 49497-1", N_("Platelets"), N_("Tiny cells that help blood to clot")),
    ("787-2 30428-7", N_("Red cell size (MCV)"), N_("How big your red blood cells are")),
    ("785-6 28539-5", N_("Haemoglobin in each red cell (MCH)"), N_("How much haemoglobin one red cell holds")),
    ("786-4 28540-3", N_("Haemoglobin strength in red cells (MCHC)"), N_("How densely red cells are filled")),
    ("788-0 30385-9 21000-5", N_("Spread of red cell sizes (RDW)"), N_("How much your red cells differ in size")),
    ("32623-1 28542-9", N_("Platelet size"), N_("How big your platelets are")),
    ("32207-3 51631-0", N_("Spread of platelet sizes"), N_("How much your platelets differ in size")),
    ("751-8 26499-4 753-4", N_("Neutrophils"), N_("White cells that fight germs first")),
    ("770-8 26511-6", N_("Neutrophils, as a share"), N_("How many of your white cells are neutrophils")),
    ("731-0 26474-7 732-8", N_("Lymphocytes"), N_("White cells that remember germs")),
    ("736-9 26478-8", N_("Lymphocytes, as a share"), N_("How many of your white cells are lymphocytes")),
    ("742-7 26484-6 743-5", N_("Monocytes"), N_("White cells that clear up")),
    ("5905-5 26485-3", N_("Monocytes, as a share"), N_("How many of your white cells are monocytes")),
    ("711-2 26449-9 712-0", N_("Eosinophils"), N_("White cells that take part in allergies")),
    ("713-8 26450-7", N_("Eosinophils, as a share"), N_("How many of your white cells are eosinophils")),
    ("704-7 26444-0 705-4", N_("Basophils"), N_("A rare kind of white cell")),
    ("706-2 30180-4", N_("Basophils, as a share"), N_("How many of your white cells are basophils")),
    ("17849-1 60474-4 4679-7", N_("Young red cells (reticulocytes)"), N_("How many new red cells you make")),
    # salts and kidneys
    ("2951-2 2947-0", N_("Sodium"), N_("A salt that balances water in your body")),
    ("2823-3 6298-4 77142-8", N_("Potassium"), N_("A salt that nerves and muscles need")),
    ("2075-0 2069-3", N_("Chloride"), N_("A salt that balances water in your body")),
    ("2028-9 1963-8 1959-6 2024-8", N_("Bicarbonate"), N_("Keeps your blood from getting too sour")),
    ("17861-6 2000-8 49765-1", N_("Calcium"), N_("A mineral for bones, nerves and muscles")),
    ("1994-3 12180-6 17863-2", N_("Free calcium"), N_("The part of calcium that is ready for use")),
    ("2777-1 14879-1", N_("Phosphate"), N_("A mineral for bones and energy")),
    ("19123-9 2601-3 21377-7", N_("Magnesium"), N_("A mineral for nerves and muscles")),
    ("33037-3 1863-0 10466-1", N_("Anion gap"), N_("Compares the salts in your blood")),
    ("2692-2", N_("Osmolality"), N_("How much is dissolved in your blood")),
    ("2160-0 14682-9 38483-4", N_("Creatinine"), N_("Waste that your kidneys take out of the blood")),
    ("3094-0 22664-7 6299-2 3091-6", N_("Urea"), N_("Waste that your kidneys take out of the blood")),
    (
        "33914-3 62238-1 48642-3 48643-1 69405-9 88293-6 88294-4 77147-7 98979-8",
        N_("Kidney filtering (eGFR)"),
        N_("How fast your kidneys clean your blood, worked out from creatinine"),
    ),
    ("3084-1 14933-6", N_("Uric acid"), N_("Waste from food and from old cells")),
    ("44734-2 3097-3", N_("Urea and creatinine compared"), N_("Two kinds of waste in your blood, compared")),
    ("14959-1 9318-7 32294-1 14958-3", N_("Albumin in urine, for its creatinine"), N_("Whether protein passes into the urine")),
    ("14957-5 1754-1 30003-8", N_("Albumin in urine"), N_("Whether protein passes into the urine")),
    ("2890-2 13801-6", N_("Protein in urine, for its creatinine"), N_("Whether protein passes into the urine")),
    ("2161-8 14683-7", N_("Creatinine in urine"), N_("Shows how strong or thin the urine is")),
    # liver and proteins
    ("1742-6 1743-4 1744-2", N_("ALT"), N_("A liver enzyme")),
    ("1920-8 30239-8 88112-8", N_("AST"), N_("An enzyme of the liver and the muscles")),
    ("6768-6 1783-0", N_("Alkaline phosphatase (ALP)"), N_("An enzyme of the liver and the bones")),
    ("2324-2", N_("Gamma-GT"), N_("An enzyme of the liver and the bile ducts")),
    ("1975-2 14631-6 42719-5", N_("Bilirubin"), N_("A yellow substance from old red cells")),
    ("1968-7 14629-0 29760-6", N_("Direct bilirubin"), N_("The part of bilirubin that the liver has worked on")),
    ("1971-1 14630-8", N_("Indirect bilirubin"), N_("The part of bilirubin on its way to the liver")),
    ("1751-7 61151-7 2862-1", N_("Albumin"), N_("The main protein in your blood, made by the liver")),
    ("2885-2", N_("Total protein"), N_("All proteins in your blood, added up")),
    ("10834-0 2336-6", N_("Globulin"), N_("A group of proteins in your blood")),
    ("1759-0", N_("Albumin and globulin compared"), N_("Two groups of proteins in your blood, compared")),
    ("14804-9 2532-0 14805-6", N_("LDH"), N_("An enzyme found in most parts of the body")),
    ("1798-8", N_("Amylase"), N_("An enzyme that breaks down starch")),
    ("3040-3", N_("Lipase"), N_("An enzyme that breaks down fat")),
    ("1916-6", N_("AST and ALT compared"), N_("Two enzymes, compared")),
    # inflammation, heart, clotting
    ("1988-5 30522-7 76485-2", N_("CRP"), N_("A protein that the body makes when something is inflamed")),
    ("4537-7 30341-2 18184-2 82477-1", N_("Blood settling rate (ESR)"), N_("How fast red cells sink in a tube")),
    ("33959-8 75241-0", N_("Procalcitonin"), N_("A protein that can go up with some infections")),
    (
        "10839-9 6598-7 6597-9 89579-7 67151-1 49563-0 42757-5",
        N_("Troponin"),
        N_("A protein from the heart muscle"),
    ),
    ("30934-4 33762-6 42637-9 71425-3 83107-3", N_("BNP"), N_("A hormone that the heart makes when it is stretched")),
    ("2157-6", N_("Creatine kinase (CK)"), N_("An enzyme of the muscles")),
    ("13969-1 32673-6", N_("CK-MB"), N_("An enzyme of the heart muscle")),
    ("5902-2 5964-2", N_("Clotting time (PT)"), N_("How long your blood takes to clot")),
    ("6301-6 34714-6 46418-0", N_("INR"), N_("How long your blood takes to clot, in a form all labs share")),
    ("14979-9 3173-2", N_("Clotting time (aPTT)"), N_("Another way to measure how long blood takes to clot")),
    ("3255-7", N_("Fibrinogen"), N_("A protein that blood clots are made of")),
    ("48065-7 48058-2 48066-5 30240-6 91556-1", N_("D-dimer"), N_("What is left over when a clot dissolves")),
    ("32693-4 2524-7 19240-1 2518-9", N_("Lactate"), N_("Made when muscles work without enough oxygen")),
    # iron, vitamins
    ("2276-4 20567-4 24373-3", N_("Ferritin"), N_("Your store of iron")),
    ("2498-4 14798-3", N_("Iron"), N_("Iron on its way in your blood")),
    ("2500-7 14800-7", N_("Iron-binding capacity"), N_("How much iron your blood could carry")),
    ("2502-3", N_("Transferrin saturation"), N_("How full the iron carriers in your blood are")),
    ("3034-6", N_("Transferrin"), N_("A protein that carries iron")),
    ("2132-9 14685-2 16695-9", N_("Vitamin B12"), N_("A vitamin for blood and nerves")),
    ("2284-8 14732-2 2282-2", N_("Folate"), N_("A vitamin for making blood")),
    ("1989-3 62292-8 14635-7 68438-1 35365-6", N_("Vitamin D"), N_("A vitamin for bones")),
    # hormones
    ("3016-3 11580-8 11579-0", N_("TSH"), N_("The hormone that drives the thyroid gland")),
    ("3024-7 14920-3", N_("Free T4"), N_("A hormone of the thyroid gland")),
    ("3051-0 14928-6", N_("Free T3"), N_("A hormone of the thyroid gland")),
    ("3026-2 14921-1", N_("Total T4"), N_("A hormone of the thyroid gland")),
    ("3053-6 14930-2", N_("Total T3"), N_("A hormone of the thyroid gland")),
    ("2731-8 14866-8", N_("Parathyroid hormone (PTH)"), N_("A hormone that steers calcium")),
    ("2143-6 14675-3 9813-7", N_("Cortisol"), N_("A hormone of the day and of stress")),
    ("2986-8 14913-8", N_("Testosterone"), N_("A sex hormone")),
    ("2243-4 14715-7", N_("Oestradiol"), N_("A sex hormone")),
    ("2839-9 14890-8", N_("Progesterone"), N_("A sex hormone")),
    ("15067-2 20433-9", N_("FSH"), N_("A hormone that steers the ovaries or testicles")),
    ("10501-5", N_("LH"), N_("A hormone that steers the ovaries or testicles")),
    ("2842-3 15081-3 20568-2", N_("Prolactin"), N_("A hormone for making milk")),
    ("21198-7 19080-1 2118-8 2106-3 80384-1", N_("Pregnancy hormone (hCG)"), N_("A hormone that is made in pregnancy")),
    ("2857-1 35741-8 83112-3", N_("PSA"), N_("A protein from the prostate")),
    # urine
    ("5811-5 2965-2 53326-5", N_("Urine strength (specific gravity)"), N_("How strong or thin the urine is")),
    ("5803-2 2756-5 50560-2", N_("Urine pH"), N_("How sour the urine is")),
    ("20454-5 2888-6 5804-0 57735-3", N_("Protein in urine"), N_("Whether protein passes into the urine")),
    ("25428-4 5792-7 2350-7 53328-1", N_("Sugar in urine"), N_("Whether sugar passes into the urine")),
    ("5797-6 2514-8 57734-6 33903-6", N_("Ketones in urine"), N_("Made when the body burns fat")),
    ("5794-3 57751-0 20409-9", N_("Blood in urine"), N_("Whether there is blood in the urine")),
    ("5799-2 60026-2 20408-1", N_("White cells in urine (esterase)"), N_("Whether there are white cells in the urine")),
    ("5802-4 50558-6 20407-3", N_("Nitrite in urine"), N_("Made by some germs in the urine")),
    ("5770-3 50551-1 1977-8 58450-8", N_("Bilirubin in urine"), N_("Whether bilirubin passes into the urine")),
    ("20405-7 5818-0 50563-6 3107-0", N_("Urobilinogen in urine"), N_("What becomes of bilirubin")),
    ("5767-9 32167-9 50552-9", N_("Look of the urine"), N_("Whether the urine is clear")),
    ("5778-6 50553-7", N_("Colour of the urine"), N_("What colour the urine has")),
    # germs and blood gas
    ("600-7 17934-1", N_("Blood culture"), N_("Looks for germs that grow from the blood")),
    ("630-4", N_("Urine culture"), N_("Looks for germs that grow from the urine")),
    ("94500-6 94309-2 94558-4 94531-1 94534-5 94559-2", N_("Coronavirus (COVID-19) test"), N_("Looks for the coronavirus")),
    ("883-9", N_("Blood group"), N_("Your ABO blood group")),
    ("10331-7", N_("Rhesus factor"), N_("Part of your blood group")),
    ("2744-1 11558-4 2746-6", N_("Blood pH"), N_("How sour your blood is")),
    ("2019-8 11557-6 2021-4", N_("Carbon dioxide in blood"), N_("A gas that you breathe out")),
    ("2703-7 11556-8 2705-2", N_("Oxygen in blood"), N_("A gas that you breathe in")),
    ("2708-6 59408-5 20564-1", N_("Oxygen level"), N_("How much of your blood is filled with oxygen")),
    # body measures
    ("85354-9 55284-4", N_("Blood pressure"), N_("How hard blood presses on the vessels")),
    ("8480-6", N_("Upper blood pressure"), N_("The pressure when your heart beats")),
    ("8462-4", N_("Lower blood pressure"), N_("The pressure between two beats")),
    ("8867-4 8893-0", N_("Heart rate"), N_("How often your heart beats in a minute")),
    ("9279-1", N_("Breathing rate"), N_("How often you breathe in a minute")),
    ("8310-5 8331-1 8328-7", N_("Body temperature"), N_("How warm your body is")),
    ("8302-2 8301-4 8306-3 8308-9", N_("Height"), N_("How tall you are")),
    ("29463-7 3141-9 3142-7 8335-2", N_("Weight"), N_("How heavy you are")),
    ("39156-5", N_("BMI"), N_("Weight compared with height")),
    ("59576-9", N_("BMI for age"), N_("Weight and height compared with children of the same age")),
    ("8287-5 9843-4", N_("Head size"), N_("How far it is round the head")),
    ("8280-0 56086-2", N_("Waist size"), N_("How far it is round the waist")),
    ("33452-4 19935-6 20150-9", N_("Breathing test"), N_("How much, or how fast, you can breathe out")),
    ("72514-3 38208-5", N_("Pain score"), N_("How strong you said your pain was")),
    ("72166-2", N_("Smoking"), N_("What you said about smoking")),
)

_BY_CODE: Mapping[str, Explained] = {
    code: Explained(name, meaning) for codes, name, meaning in _TESTS for code in codes.split()
}
