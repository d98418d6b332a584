"""Phrases for people: gender, relationships (v3-RoleCode, v2-0131), kinds of contact (FHIR R4)."""

from fhirportal.words import mark as N_

_CHILD, _PARENT, _PARTNER = N_("your child"), N_("your parent"), N_("your partner")
_SIBLING, _GRANDCHILD, _GRANDPARENT = N_("your brother or sister"), N_("your grandchild"), N_("your grandparent")

ACTING_FOR = {
    **dict.fromkeys(("MTH", "FTH", "PRN", "NMTH", "NFTH", "ADOPTM", "ADOPTF", "ADOPTP", "STPMTH", "STPFTH", "STPPRN"), _CHILD),
    **dict.fromkeys(("SON", "DAU", "CHILD", "NCHILD", "DAUC", "SONC", "STPSON", "STPDAU", "CHLDADOPT"), _PARENT),
    **dict.fromkeys(("SPS", "HUSB", "WIFE", "DOMPART", "SIGOTHR"), _PARTNER),
    **dict.fromkeys(("SIB", "BRO", "SIS", "NSIB", "HSIB", "STPSIB"), _SIBLING),
    **dict.fromkeys(("GRPRN", "GRMTH", "GRFTH"), _GRANDCHILD),
    **dict.fromkeys(("GRNDCHILD", "GRNDSON", "GRNDDAU"), _GRANDPARENT),
    **dict.fromkeys(("GUARD", "GUADLTM", "POWATT", "HPOWATT", "DPOWATT", "SPOWATT"), N_("a person in your care")),
    "FRND": N_("your friend"),
}
"""Who the patient is to the person whose role is the key."""

TABLES = {
    "gender": (
        {
            "male": N_("Male"),
            "female": N_("Female"),
            "other": N_("Other"),
            "unknown": N_("Not known"),
        },
        N_("Not stated"),
    ),
    "relationship": (
        {
            "MTH": N_("Mother"),
            "FTH": N_("Father"),
            "PRN": N_("Parent"),
            "STPMTH": N_("Stepmother"),
            "STPFTH": N_("Stepfather"),
            "STPPRN": N_("Step-parent"),
            "SON": N_("Son"),
            "DAU": N_("Daughter"),
            "CHILD": N_("Child"),
            "SPS": N_("Husband or wife"),
            "HUSB": N_("Husband"),
            "WIFE": N_("Wife"),
            "DOMPART": N_("Partner"),
            "SIGOTHR": N_("Partner"),
            "SIB": N_("Brother or sister"),
            "BRO": N_("Brother"),
            "SIS": N_("Sister"),
            "GRPRN": N_("Grandparent"),
            "GRMTH": N_("Grandmother"),
            "GRFTH": N_("Grandfather"),
            "GRNDCHILD": N_("Grandchild"),
            "GRNDSON": N_("Grandson"),
            "GRNDDAU": N_("Granddaughter"),
            "AUNT": N_("Aunt"),
            "UNCLE": N_("Uncle"),
            "COUSN": N_("Cousin"),
            "FAMMEMB": N_("Family member"),
            "EXT": N_("Family member"),
            "GUARD": N_("Guardian"),
            "POWATT": N_("Person with power of attorney"),
            "HPOWATT": N_("Person with power of attorney for health"),
            "FRND": N_("Friend"),
            "NBOR": N_("Neighbour"),
            "ROOM": N_("Flatmate"),
            "ECON": N_("Emergency contact"),
            "NOK": N_("Next of kin"),
            "CAREGIVER": N_("Carer"),
            "C": N_("Emergency contact"),
            "N": N_("Next of kin"),
            "E": N_("Employer"),
            "I": N_("Insurer"),
        },
        N_("Contact person"),
    ),
    "contact_system": (
        {
            "phone": N_("Phone"),
            "fax": N_("Fax"),
            "email": N_("Email"),
            "pager": N_("Pager"),
            "url": N_("Web page"),
            "sms": N_("Text message"),
        },
        N_("Other way to reach you"),
    ),
    "contact_use": (
        {
            "home": N_("At home"),
            "work": N_("Work"),
            "temp": N_("For a while"),
            "old": N_("No longer used"),
            "mobile": N_("Mobile"),
            "billing": N_("For bills"),
        },
        N_("Other"),
    ),
    "marital_status": (
        {
            "A": N_("Marriage annulled"),
            "D": N_("Divorced"),
            "I": N_("Getting divorced"),
            "L": N_("Separated by law"),
            "M": N_("Married"),
            "P": N_("More than one husband or wife"),
            "S": N_("Never married"),
            "T": N_("Living with a partner"),
            "U": N_("Not married"),
            "W": N_("Widowed"),
            "UNK": N_("Not known"),
        },
        N_("Not stated"),
    ),
}
