"""Bad files of one kind: endotoxin, bottles, wells."""

from tests.qc.rules.imports.cases_given import _case
from tests.qc.rules.imports.imported import SAM1, SAM2, changed, good

OF_LAL = (
    _case(
        "lal", "recovery 49.9", changed("lal", ("88,5", "49,9")), (6, "Spike recovery %", "recovery_outside")
    ),
    _case(
        "lal",
        "recovery 200.1",
        changed("lal", ("88,5", "200,1")),
        (6, "Spike recovery %", "recovery_outside"),
    ),
    _case("lal", "no recovery", changed("lal", ("88,5", "")), (6, "Spike recovery %", "empty")),
    _case("lal", "recovery n/a", changed("lal", ("88,5", "n/a")), (6, "Spike recovery %", "not_a_number")),
    _case(
        "lal",
        "a bound on the recovery",
        changed("lal", ("88,5", ">50")),
        (6, "Spike recovery %", "not_a_number"),
    ),
    _case("lal", "CV 10.1", changed("lal", ("3,7", "10,1")), (6, "CV of onset %", "cv_too_high")),
    _case("lal", "CV negative", changed("lal", ("3,7", "-1")), (6, "CV of onset %", "not_possible")),
    _case("lal", "no CV of a number", changed("lal", ("3,7", "n/a")), (6, "CV of onset %", "not_a_number")),
    _case(
        "lal",
        "correlation",
        changed("lal", ("3,7;-0,998", "3,7;-0,979")),
        (6, "r of curve", "correlation_too_low"),
    ),
    _case(
        "lal",
        "no correlation",
        changed("lal", ("3,7;-0,998", "3,7;-1,001")),
        (6, "r of curve", "not_possible"),
    ),
    _case(
        "lal",
        "endotoxin in water",
        changed("lal", ("<0,005;EU/mL;1;n/a;n/a", "0,006;EU/mL;1;n/a;5")),
        (2, "Endotoxin", "blank_not_clean"),
    ),
    _case(
        "lal",
        "much endotoxin in water",
        changed("lal", ("<0,005;EU/mL;1;n/a;n/a", ">0,001;EU/mL;1;n/a;5")),
        (2, "Endotoxin", "blank_not_clean"),
    ),
    _case(
        "lal",
        "no water",
        changed("lal", ("Water", SAM1 + "X"), (";1;n/a;n/a", ";1;100;n/a")),
        (0, "Sample", "blank_missing"),
    ),
)
OF_BOTTLES = (
    _case("bactec", "no number", changed("bactec", ("44710001", "4471 0001")), (2, "Bottle", "bottle_shape")),
    _case(
        "bactec",
        "one bottle twice",
        changed("bactec", ("44710004", "44710003")),
        (5, "Bottle", "bottle_twice"),
    ),
    _case(
        "bactec", "a new status", changed("bactec", ("Ongoing", "Removed")), (2, "Status", "status_unknown")
    ),
    _case("bactec", "no status", changed("bactec", ("Ongoing", "")), (2, "Status", "empty")),
    _case(
        "bactec", "half a day", changed("bactec", ("Ongoing,8", "Ongoing,8.5")), (2, "Days", "not_a_number")
    ),
    _case("bactec", "61 days", changed("bactec", ("Ongoing,8", "Ongoing,61")), (2, "Days", "not_possible")),
    _case(
        "bactec",
        "negative on day 13",
        changed("bactec", ("Negative,14", "Negative,13")),
        (4, "Days", "not_incubated_long_enough"),
    ),
    _case(
        "bactec", "ongoing on day 6", changed("bactec", ("Ongoing,8", "Ongoing,6")), (2, "Days", "too_early")
    ),
    _case(
        "bactec",
        "growth after no time",
        changed("bactec", ("Positive,2,31.5", "Positive,2,")),
        (6, "Positive after h", "empty"),
    ),
    _case(
        "bactec",
        "growth after more than its days",
        changed("bactec", ("Positive,2,31.5", "Positive,2,72.1")),
        (6, "Positive after h", "not_possible"),
    ),
    _case(
        "bactec",
        "no growth after a time",
        changed("bactec", ("Ongoing,8,-", "Ongoing,8,12")),
        (2, "Positive after h", "contradiction"),
    ),
)
UNKNOWN = "Undetermined"
OF_WELLS = (
    _case(
        "qpcr",
        "found in one well of three",
        changed(
            "qpcr", (f"{SAM2}\tWPRE\tFAM\tUNKNOWN\tUndetermined\t", f"{SAM2}\tWPRE\tFAM\tUNKNOWN\t34.1\t12")
        ),
        (35, "Target", "replicates_disagree"),
    ),
    _case("qpcr", "well Q1", changed("qpcr", ("B6\tNTC", "Q1\tNTC")), (39, "Well", "well_shape")),
    _case("qpcr", "well A25", changed("qpcr", ("B6\tNTC", "A25\tNTC")), (39, "Well", "well_shape")),
    _case(
        "qpcr",
        "a well twice",
        changed("qpcr", (f"B2\t{SAM2}\tWPRE", f"A11\t{SAM1}\tWPRE")),
        (31, "Well", "well_twice"),
    ),
    _case(
        "qpcr",
        "a target",
        changed("qpcr", ("\tMYCO\tFAM\tNTC", "\tMYKO\tFAM\tNTC")),
        (0, "Target", "blank_missing"),
        (43, "Target", "target_unknown"),
    ),
    _case(
        "qpcr",
        "two in a well",
        changed("qpcr", ("B8\tA9999260000070-SAM01", "B6\tA9999260000070-SAM01")),
        (41, "Sample", "well_of_two_samples"),
    ),
    _case("qpcr", "a Cq and no quantity", changed("qpcr", ("\t1850.2", "\t")), (25, "Quantity", "empty")),
    _case(
        "qpcr",
        "no Cq and a quantity",
        changed("qpcr", ("UNKNOWN\tUndetermined\t", "UNKNOWN\tUndetermined\t5")),
        (31, "Quantity", "contradiction"),
    ),
    _case(
        "qpcr",
        "a Cq and nothing",
        changed("qpcr", ("\t1850.2", "\tUndetermined")),
        (25, "Quantity", "contradiction"),
    ),
    _case(
        "qpcr",
        "no Cq",
        changed(
            "qpcr",
            (
                "B8\tA9999260000070-SAM01\tMYCO\tFAM\tUNKNOWN\tUndetermined",
                "B8\tA9999260000070-SAM01\tMYCO\tFAM\tUNKNOWN\t",
            ),
        ),
        (41, "Cq", "empty"),
    ),
    _case(
        "qpcr",
        "a Cq of 61",
        changed("qpcr", ("MYCO\tFAM\tUNKNOWN\tUndetermined", "MYCO\tFAM\tUNKNOWN\t61")),
        (41, "Cq", "not_possible"),
    ),
    _case(
        "qpcr",
        "a Cq in %",
        changed("qpcr", ("MYCO\tFAM\tUNKNOWN\tUndetermined", "MYCO\tFAM\tUNKNOWN\t30%")),
        (41, "Cq", "not_a_number"),
    ),
    _case("qpcr", "a blank at 37.99", changed("qpcr", ("39.2", "37.99")), (43, "Cq", "blank_not_clean")),
    _case(
        "qpcr",
        "no blank",
        changed("qpcr", ("NTC\tMYCO\tFAM\tNTC", "X1\tMYCO\tFAM\tUNKNOWN")),
        (0, "Target", "blank_missing"),
    ),
    _case(
        "qpcr",
        "a standard not found",
        changed("qpcr", ("STANDARD\t34.80", "STANDARD\tUndetermined")),
        (5, "Cq", "standard_not_detected"),
    ),
    _case(
        "qpcr",
        "a standard of nothing",
        changed("qpcr", ("STANDARD\t34.80\t10", "STANDARD\t34.80\t0")),
        (5, "Quantity", "not_possible"),
    ),
    _case(
        "qpcr",
        "six standards asked for",
        good("qpcr"),
        (0, "Target", "too_few_standards"),
        (0, "Target", "too_few_standards"),
        acceptance__standards_least=6,
    ),
    _case("qpcr", "slope", good("qpcr"), (0, "Target", "slope_outside"), acceptance__slope_low="-3.39"),
    _case(
        "qpcr",
        "efficiency",
        good("qpcr"),
        (0, "Target", "efficiency_outside"),
        acceptance__efficiency_low="97",
    ),
    _case(
        "qpcr",
        "R squared",
        good("qpcr"),
        (0, "Target", "r_squared_too_low"),
        (0, "Target", "r_squared_too_low"),
        acceptance__r_squared_low="0.99999",
    ),
    _case(
        "qpcr",
        "no vector",
        changed(
            "qpcr",
            ("A11\tA9999260000070-SAM01\tWPRE", "A11\tX1\tWPRE"),
            ("A11\tA9999260000070-SAM01\tALB", "A11\tX2\tALB"),
        ),
        (25, "Target", "reference_missing"),
        (26, "Target", "vector_missing"),
        (26, "Sample", "well_of_two_samples"),
    ),
    _case(
        "ddpcr",
        "9999 droplets",
        changed("ddpcr", ("15210", "9999")),
        (2, "Accepted droplets", "too_few_droplets"),
    ),
    _case(
        "ddpcr",
        "droplets in thousands",
        changed("ddpcr", ("15210", "15k")),
        (2, "Accepted droplets", "not_a_number"),
    ),
    _case(
        "ddpcr",
        "a negative concentration",
        changed("ddpcr", ("182.4", "-182.4")),
        (2, "Copies per uL", "not_possible"),
    ),
    _case("ddpcr", "a bound", changed("ddpcr", ("182.4", ">182.4")), (2, "Copies per uL", "not_a_number")),
    _case(
        "ddpcr",
        "a blank of 0.21",
        changed("ddpcr", ("0.07", "0.21")),
        (10, "Copies per uL", "blank_not_clean"),
    ),
    _case("ddpcr", "no reference found", changed("ddpcr", ("155.0", "0")), (7, "Target", "reference_zero")),
    _case(
        "ddpcr",
        "more copies than any cell has",
        changed("ddpcr", ("182.4", "1E9"), ("201.6", "0.0001"), ("198.9", "0.0001")),
        (4, "Target", "not_possible"),
    ),
)
