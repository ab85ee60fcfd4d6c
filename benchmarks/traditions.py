"""How people of many traditions are named, and how else one of them comes to be written down. None
of them exists; the names are common ones."""

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Said = dict[str, str]
Otherwise = Callable[[random.Random, Said], Said]


@dataclass(frozen=True)
class Tradition:
    """Names, how somebody who bears them is written down, and how else: each way as likely."""

    title: str
    women: Sequence[str]
    men: Sequence[str]
    families: Sequence[str]
    otherwise: Sequence[Otherwise]
    middle: Callable[[random.Random, str], str] = lambda draw, sex: ""
    family: Callable[[random.Random, str, str], str] = lambda draw, family, sex: family
    # So many households stand on one site, and every other son is called after his father.
    one_site: int = 1
    after_father: bool = False


def respelt(variants: Mapping[str, Sequence[str]]) -> Otherwise:
    """Another spelling of the forename, or else of the surname."""

    def change(draw: random.Random, said: Said) -> Said:
        for column in ("forename", "surname"):
            known = variants.get(said[column])
            if known:
                return said | {column: draw.choice(known)}
        return said

    return change


def without_marks(draw: random.Random, said: Said) -> Said:
    """Without accents, as a keyboard without them writes it."""

    def plain(text: str) -> str:
        flat = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("đ", "d"))
        return "".join(c for c in flat.replace("Đ", "D") if not unicodedata.combining(c))

    return {name: plain(text) for name, text in said.items()}


def other_way_round(draw: random.Random, said: Said) -> Said:
    """Forename and surname exchanged."""
    return said | {"forename": said["surname"], "surname": said["forename"]}


def without_middle(draw: random.Random, said: Said) -> Said:
    """Without the names in between."""
    return said | {"middle_names": ""}


def by_middle(draw: random.Random, said: Said) -> Said:
    """By the name in between instead of the first."""
    return said | {"forename": said["middle_names"] or said["forename"], "middle_names": ""}


def middle_as_surname(draw: random.Random, said: Said) -> Said:
    """The name in between as the surname, and the last one left out."""
    return said | {"surname": said["middle_names"] or said["surname"], "middle_names": ""}


def all_in_forename(draw: random.Random, said: Said) -> Said:
    """All names but the last in one field."""
    return said | {"forename": f"{said['forename']} {said['middle_names']}", "middle_names": ""}


def ended(old: str, new: str) -> Otherwise:
    """A surname with another ending."""
    return lambda draw, said: said | {"surname": said["surname"].removesuffix(old) + new}


def begun(*pairs: tuple[str, str]) -> Otherwise:
    """A surname with another beginning."""

    def change(draw: random.Random, said: Said) -> Said:
        for old, new in pairs:
            if said["surname"].startswith(old):
                return said | {"surname": new + said["surname"].removeprefix(old)}
        return said

    return change


def single(draw: random.Random, said: Said) -> Said:
    """One name alone, where a surname is asked for."""
    return said | {"forename": "", "surname": said["forename"], "middle_names": ""}


def forename_alone(draw: random.Random, said: Said) -> Said:
    """A forename and no surname."""
    return said | {"surname": ""}


def parted(draw: random.Random, said: Said) -> Said:
    """A name of two syllables written as two words."""
    name = said["forename"]
    return said | {"forename": f"{name[:-3]} {name[-3:].capitalize()}" if len(name) > 5 else name}


def split(words: str) -> list[str]:
    """The words of a text."""
    return words.split()


NICK = {"Robert": ["Bob", "Rob"], "William": ["Bill", "Will"], "Elizabeth": ["Liz", "Beth"],
        "Margaret": ["Maggie", "Peggy"], "Patrick": ["Paddy", "Pat"], "Katherine": ["Kate"],
        "Thomas": ["Tom"], "Michael": ["Mick", "Mike"], "James": ["Jim", "Jimmy"],
        "Bridget": ["Bridie"], "Susan": ["Sue"], "Richard": ["Dick", "Rick"], "John": ["Johnny"],
        "Christopher": ["Chris"], "Edward": ["Ted", "Eddie"], "Deborah": ["Debbie"]}  # fmt: skip
ARABIC = {"Mohammed": ["Muhammad", "Mohamed", "Mohamad"], "Ahmed": ["Ahmad"],
          "Hussein": ["Hussain", "Husayn"], "Yusuf": ["Yousef", "Youssef"], "Omar": ["Umar"],
          "Fatima": ["Fatma", "Fatimah"], "Aisha": ["Ayesha", "Aysha"], "Khaled": ["Khalid"],
          "Layla": ["Leila"], "Mariam": ["Maryam"], "Zainab": ["Zaynab"], "Noor": ["Nour"],
          "Ibrahim": ["Ebrahim"], "Hassan": ["Hasan"], "Karim": ["Kareem"],
          "Abdullah": ["Abdallah"], "Khadija": ["Khadijah"]}  # fmt: skip
TRADITIONS = (
    Tradition(
        "English",
        split("Elizabeth Margaret Susan Katherine Deborah Emily Chloe Jessica Sarah Hannah Amy"
              " Olivia Charlotte Sophie Laura Karen Julie Tracey"),
        split("Robert William Thomas James Richard Christopher Edward John Daniel Jack Harry"
              " Oliver George Andrew Paul Mark Stephen Kevin"),
        split("Smith Jones Taylor Brown Wilson Johnson Walker Wright Robinson Thompson White Hughes"
              " Edwards Green Hall Wood Harris Clarke Jackson Turner Hill Cooper Ward Morris Moore"
              " King Watson Baker Harrison Parker"),
        (respelt(NICK), without_middle, respelt(NICK)),
        middle=lambda draw, sex: draw.choice(("", "", "Ann", "Louise") if sex == "F"
                                             else ("", "", "John", "David")),
    ),
    Tradition(
        "Welsh",
        split("Siân Angharad Bethan Cerys Eleri Ffion Gwenllian Lowri Megan Nia Rhian Carys Catrin"
              " Menna Mair"),
        split("Dafydd Rhys Gareth Gethin Huw Iestyn Ieuan Llŷr Owain Emyr Alun Geraint Hywel Idris"
              " Aled"),
        split("Rhys Gruffydd Siôn Llywelyn Hywel Owain Dafydd Ifan Morgan Tudur Emlyn Iwan Emrys"
              " Gwilym Tomos"),
        (begun(("ap ", ""), ("ab ", ""), ("ferch ", "")), without_marks,
         respelt({"Dafydd": ["David"], "Ieuan": ["Ifan", "Iwan"], "Siân": ["Sian", "Shan"],
                  "Hywel": ["Howell"], "Rhys": ["Rees"], "Owain": ["Owen"]})),
        family=lambda draw, family, sex: (
            ("ferch " if sex == "F" else "ab " if family[0] in "AEIO" else "ap ") + family),
    ),
    Tradition(
        "Irish Traveller",
        split("Bridget Margaret Mary Kathleen Winifred Nora Ellen Ann Philomena Helen"),
        split("Patrick John Michael Thomas Martin James Francis Edward Bernard Simon"),
        ["O'Donoghue", "McDonagh", "Ward", "Connors", "O'Driscoll", "McGinley", "Maughan",
         "Cash", "Doran", "Stokes", "Mongan", "Collins"],
        (respelt(NICK), begun(("O'", "O "), ("Mc", "Mac "), ("", "")), without_middle),
        middle=lambda draw, sex: draw.choice(("", "Mary") if sex == "F" else ("", "Joseph")),
        one_site=5, after_father=True,
    ),
    Tradition(
        "Polish",
        split("Małgorzata Agnieszka Katarzyna Zofia Joanna Ewa Magdalena Elżbieta Grażyna Bożena"
              " Łucja Weronika Aleksandra Jadwiga"),
        split("Paweł Michał Łukasz Krzysztof Tomasz Wojciech Stanisław Grzegorz Rafał Zbigniew"
              " Jakub Mateusz Sławomir Bartłomiej"),
        split("Kowalsk Wiśniewsk Lewandowsk Zielińsk Szymańsk Kozłowsk Jabłońsk Wojciechowsk"
              " Kamińsk Dąbrowsk Piotrowsk Grabowsk Pawłowsk Michalsk"),
        (without_marks, ended("ska", "ski"),
         respelt({"Paweł": ["Pavel", "Pawel"], "Krzysztof": ["Krzystof", "Christopher"],
                  "Małgorzata": ["Malgosia"], "Katarzyna": ["Kasia"], "Agnieszka": ["Aga"]})),
        family=lambda draw, family, sex: family + ("a" if sex == "F" else "i"),
    ),
    Tradition(
        "Sikh",
        split("Harpreet Manpreet Gurpreet Jaspreet Simran Amandeep Navdeep Rajwinder Sukhdeep Kiran"
              " Parminder Baljit"),
        split("Gurdeep Harjit Balwinder Jaswinder Amarjit Manjit Rajinder Satnam Sukhwinder Hardeep"
              " Kulwant Paramjit"),
        split("Gill Sandhu Dhillon Grewal Sidhu Bains Dhaliwal Johal Atwal Mann Virk Basra"),
        (middle_as_surname, all_in_forename, without_middle,
         respelt({"Harjit": ["Harjeet"], "Baljit": ["Baljeet"], "Manjit": ["Manjeet"]})),
        middle=lambda draw, sex: "Kaur" if sex == "F" else "Singh",
    ),
    Tradition(
        "Indian and Pakistani",
        split("Fatima Ayesha Priya Anjali Zainab Sana Nadia Meera Kavita Rukhsana Shabana Saima"
              " Deepa Lakshmi"),
        split("Mohammed Imran Raj Sanjay Ali Tariq Usman Vijay Anil Asif Kamran Bilal Suresh"
              " Hamza"),
        split("Khan Patel Hussain Shah Ahmed Malik Sharma Iqbal Mahmood Akhtar Desai Mistry Butt"
              " Chaudhry Mirza Rao"),
        (respelt(ARABIC | {"Ayesha": ["Aisha"], "Usman": ["Osman", "Uthman"],
                           "Hussain": ["Hussein"], "Chaudhry": ["Choudhary", "Chowdhury"]}),
         by_middle, other_way_round),
        middle=lambda draw, sex: draw.choice(("", "Bibi") if sex == "F"
                                             else ("", "Aamir", "Zahid")),
    ),
    Tradition(
        "Bangladeshi",
        split("Rahima Salma Nasima Shirin Rokeya Hasina Jahanara Momtaz Rehana Sufia Taslima"
              " Parveen"),
        split("Abdul Shafiq Rafiqul Kamal Jamal Anwar Shahidul Mizanur Nurul Faruk Habibur Delwar"),
        split("Miah Uddin Islam Rahman Hoque Alam Chowdhury Ali Ahmed Hossain"),
        (single, ended("um", "om"), forename_alone,
         respelt({"Begum": ["Begom"], "Hoque": ["Haque", "Hoq"], "Rahman": ["Rahmen"],
                  "Miah": ["Mia"], "Khatun": ["Khatoon"]})),
        family=lambda draw, family, sex: draw.choice(("Begum", "Khatun", "Bibi")) if sex == "F"
        else family,
    ),
    Tradition(
        "Chinese",
        split("Xiaoming Meiling Yanhong Lihua Xiuying Jingyi Yuxuan Zihan Shuting Weiwei Huiling"
              " Yating"),
        split("Jianguo Zhiqiang Weiming Haoran Junjie Guoqiang Minghao Zhenhua Wenjie Yifan Chenxi"
              " Dawei"),
        split("Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Lin Ho Ng"),
        (other_way_round, parted, respelt({"Zhang": ["Chang"], "Zhou": ["Chow"], "Xu": ["Hsu"],
                                           "Huang": ["Wong"]})),
    ),
    Tradition(
        "Arabic",
        split("Fatima Aisha Layla Mariam Zainab Noor Khadija Hala Rania Samira Huda Salma"),
        split("Mohammed Ahmed Hussein Yusuf Omar Khaled Ibrahim Hassan Karim Abdullah Mustafa"
              " Tarek"),
        ["al-Hassan", "al-Masri", "al-Sayed", "al-Khatib", "al-Najjar", "al-Bakri", "al-Tikriti",
         "al-Shami", "al-Rashid", "al-Saleh", "al-Haddad", "al-Jaber"],
        (respelt(ARABIC), begun(("al-", "el ")), begun(("al-", "Al")), begun(("al-", "")),
         without_middle),
        middle=lambda draw, sex: ("bint " if sex == "F" else "bin ") + draw.choice(
            ("Omar", "Saleh", "Hamad", "Nasser")),
    ),
    Tradition(
        "Ghanaian",
        split("Grace Mercy Comfort Abigail Priscilla Esther Joyce Vida Gifty Patience Felicia"
              " Beatrice"),
        split("Emmanuel Samuel Isaac Ebenezer Prince Joseph Daniel Kwabena Bright Felix Godfred"
              " Francis"),
        split("Mensah Owusu Boateng Osei Asante Appiah Amoah Ofori Agyeman Adjei Antwi Darko"),
        (by_middle, without_middle, all_in_forename,
         respelt({"Agyeman": ["Agyemang"], "Adjei": ["Adjaye"], "Mensah": ["Mensa"]})),
        middle=lambda draw, sex: draw.choice(
            ("Akosua", "Adwoa", "Abena", "Akua", "Yaa", "Afia", "Ama") if sex == "F"
            else ("Kwasi", "Kojo", "Kwabena", "Kwaku", "Yaw", "Kofi", "Kwame")),
    ),
    Tradition(
        "Somali",
        split("Amina Hodan Faduma Sahra Asha Khadra Ifrah Nimco Hibo Fowsiya Ayan Ubah"),
        split("Abdi Mohamed Ahmed Hassan Yusuf Ismail Abdirahman Farah Omar Liban Jama Ibrahim"),
        split("Ali Warsame Nur Hersi Farah Jama Abdullahi Mohamud Aden Guled Elmi Duale"),
        (middle_as_surname, all_in_forename, without_middle,
         respelt({"Faduma": ["Fadumo", "Fatuma"], "Mohamed": ["Maxamed", "Mohammed"],
                  "Amina": ["Aamina"], "Ayan": ["Ayaan"], "Ali": ["Cali"]})),
        middle=lambda draw, sex: draw.choice(
            ("Mohamed", "Ahmed", "Hassan", "Yusuf", "Abdi", "Osman", "Ismail")),
    ),
    Tradition(
        "Roma and Romanian",
        split("Ionela Mădălina Crenguța Elena Andreea Mihaela Florentina Rodica Loredana Ștefania"
              " Viorica Lăcrămioara"),
        split("Ștefan Gheorghe Florin Marian Ionuț Cătălin Nicolae Costel Răzvan Alexandru Dumitru"
              " Constantin"),
        split("Ciobanu Lăcătuș Rostaș Căldăraru Stoica Dumitru Moldovan Munteanu Țiganu Radu"
              " Lakatos Covaci"),
        (without_marks, other_way_round,
         respelt({"Ștefan": ["Stefan", "Steven"], "Gheorghe": ["George", "Gheorge"],
                  "Lăcătuș": ["Lakatos"], "Nicolae": ["Nicolai"], "Alexandru": ["Alex"]})),
        one_site=3,
    ),
    Tradition(
        "Vietnamese",
        split("Thảo Hương Lan Mai Hằng Ngọc Phượng Trang Hạnh Nhung Tuyết Yến"),
        split("Dũng Hùng Minh Tuấn Hải Long Quang Sơn Thắng Đức Cường Phong"),
        split("Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Đặng Bùi"),
        (without_marks, other_way_round, without_middle, all_in_forename),
        middle=lambda draw, sex: draw.choice(("Thị", "Thị", "Thu") if sex == "F"
                                             else ("Văn", "Văn", "Quốc")),
    ),
    Tradition(
        "Single names",
        split("Parwin Shaima Gulnar Zarghuna Suriya Indrawati Wati Kartini Nilufar Roshan Setara"
              " Mahbooba"),
        split("Suharto Budi Najibullah Zabihullah Gulbuddin Rahmatullah Wahidullah Sutrisno Agus"
              " Esmatullah Hamidullah Asadullah"),
        [""],
        (single, other_way_round,
         respelt({"Suriya": ["Soraya"], "Budi": ["Boedi"], "Parwin": ["Parveen"],
                  "Mahbooba": ["Mahbuba"], "Najibullah": ["Najeebullah"]})),
    ),
)  # fmt: skip
