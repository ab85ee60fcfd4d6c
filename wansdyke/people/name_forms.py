"""Other forms of forenames that people in this country bear: short forms and spellings that the
open list of English nicknames lacks, each row one name, the form on official papers first."""

ROWS = """
dafydd dewi dai david | sian shan jane | hywel howell | rhys rees reece | owain owen
ieuan ifan iwan
gwenllian gwen | catrin cati | ffion ffi | llyr llir | huw hugh | sion shon
patrick padraig paddy pat | bridget brigid bridie biddy | siobhan shivaun | sean shaun shawn
kathleen caitlin kathy | margaret mairead maggie peggy | eamon eamonn | niamh neve | michael mick
malgorzata malgosia gosia | katarzyna kasia | agnieszka aga | joanna asia | magdalena magda
aleksandra ola | elzbieta ela | krzysztof krzystof | pawel pavel | wojciech wojtek | tomasz tomek
stanislaw staszek | grzegorz grzesiek | jakub kuba | mateusz mateus | zbigniew zbyszek
mohammed muhammad mohamed mohamad mohammad muhammed maxamed mohamud | ahmed ahmad axmed
hussein hussain husayn husain | yusuf yousef youssef yousuf yusef | omar umar | fatima fatma fatimah
aisha ayesha aysha aishah | khaled khalid | layla leila laila | mariam maryam miriam | zainab zaynab
noor nour nur | ibrahim ebrahim | hassan hasan | karim kareem | abdullah abdallah | khadija khadijah
usman osman uthman cusman | ali cali | abdi cabdi | amina aamina aminah | ayan ayaan
faduma fadumo fatuma fadma | sahra zahra | imran omran | salma selma | shirin shireen
najibullah najeebullah | parwin parveen parvin perveen | suriya soraya surayya | mahbooba mahbuba
harjit harjeet | baljit baljeet | manjit manjeet | amarjit amarjeet | paramjit paramjeet
gurpreet gurprit | jaspreet jasprit | rajinder rajender | sukhwinder sukhvinder
balwinder balvinder
stefan steven stephen | gheorghe george gheorge | nicolae nicolai | alexandru alex | ioan ion
mihaela mihaila | constantin costel | kwame kwami | kofi koffi
kwabena kobina kobby
kwasi kwesi | kojo kodwo | akosua akosia | adwoa adjoa | abena abenaa | budi boedi
"""
FORMS: dict[str, frozenset[str]] = {}
for _row in ROWS.replace("\n", "|").split("|"):
    _official, *_others = _row.split() or [""]
    for _other in _others:
        FORMS[_other] = FORMS.get(_other, frozenset()) | {_official}
