//! The words that are looked for, in English, French, Spanish, Arabic and Swahili. They are in small
//! letters and without accents; `violen*` is every word that begins so.

/// What is asked for in questions about health.
pub(super) const HEALTH: &str = "health, illness or disability";

#[rustfmt::skip]
pub(super) const NAME: &[&str] = &[
    "name", "names", "surname", "forename", "firstname", "lastname", "fullname", "nickname",
    "nom", "noms", "prenom", "prenoms", "surnom",
    "nombre", "nombres", "apellido", "apellidos", "apodo",
    "اسم", "اسماء", "لقب", "كنيه",
    "jina", "majina",
];

/// What has a name and is no person, and who asks.
#[rustfmt::skip]
pub(super) const NO_PERSON: &[&str] = &[
    "village", "villages", "town", "city", "camp", "site", "place", "region", "district", "province", "county",
    "country", "ward", "quarter", "neighbourhood", "neighborhood", "settlement", "location", "area",
    "organisation", "organisations", "organization", "organizations", "association", "company", "employer", "school", "university",
    "facility", "hospital", "clinic", "health", "language", "enumerator", "interviewer", "supervisor", "collector", "market",
    "shop", "product", "crop", "project", "programme", "program", "form", "team", "partner", "agency", "bank",
    "ville", "lieu", "quartier", "departement", "pays", "commune", "localite", "entreprise", "employeur", "ecole",
    "universite", "hopital", "centre", "langue", "enqueteur", "enquetrice", "enqueteurs", "marche", "boutique", "produit", "projet",
    "equipe", "banque",
    "pueblo", "aldea", "ciudad", "campamento", "sitio", "lugar", "distrito", "provincia", "pais", "municipio", "barrio",
    "organizacion", "asociacion", "empresa", "empleador", "escuela", "universidad", "centro", "idioma", "lengua", "encuestador",
    "encuestadora", "mercado", "tienda", "producto", "proyecto", "programa", "equipo", "banco",
    // In Spanish `nombre` is a name, in French a number.
    "combien",
    "قريه", "مدينه", "مخيم", "موقع", "مكان", "منطقه", "محافظه", "حي", "بلد", "منظمه", "جمعيه", "شركه", "مدرسه", "جامعه",
    "مستشفي", "لغه", "باحث", "مشروع", "سوق", "متجر", "بنك",
    "kijiji", "mji", "kambi", "eneo", "mkoa", "wilaya", "kata", "nchi", "mtaa", "shirika", "chama", "kampuni", "shule", "chuo",
    "hospitali", "kituo", "lugha", "mhoji", "mtafiti", "soko", "duka", "bidhaa", "mradi", "benki", "timu",
];

#[rustfmt::skip]
pub(super) const EMAIL: &[&str] = &["email", "mail", "courriel", "correo", "barua", "ايميل", "بريد"];

#[rustfmt::skip]
pub(super) const TELEPHONE: &[&str] = &[
    "phone", "telephone", "cellphone", "whatsapp", "msisdn",
    "telefono", "celular",
    "هاتف", "تلفون", "جوال", "موبايل", "واتساب",
    "simu",
];

#[rustfmt::skip]
pub(super) const PAPERS: &[&str] = &[
    "passport", "nin", "ssn", "biometric",
    "passeport", "cin",
    "pasaporte", "cedula", "dni",
    "جواز", "هويه",
    "pasipoti", "kitambulisho",
];

/// Words that only together ask for the number of a paper.
#[rustfmt::skip]
pub(super) const PAPERS_TOGETHER: &[&[&str]] = &[
    &["id", "number"], &["id", "no"], &["national", "id"], &["id", "card"], &["registration", "number"],
    &["document", "number"], &["card", "number"], &["unhcr", "number"], &["progres", "id"], &["licence", "number"],
    &["numero", "identite"], &["carte", "identite"], &["piece", "identite"], &["numero", "carte"],
    &["numero", "documento"], &["documento", "identidad"], &["numero", "identidad"],
    &["رقم", "وطني"], &["رقم", "وثيقه"], &["رقم", "بطاقه"],
];

#[rustfmt::skip]
pub(super) const HOW_MANY: &[&str] = &["many", "count", "combien", "cuantos", "cuantas", "كم", "عدد", "ngapi", "idadi"];

#[rustfmt::skip]
pub(super) const BIRTH: &[&str] = &[
    "birth", "birthday", "birthdate", "born", "dob", "naissance", "nacimiento", "ميلاد", "ولاده", "kuzaliwa",
];

#[rustfmt::skip]
pub(super) const ADDRESS: &[&str] = &[
    "address", "landmark", "street", "adresse", "rue", "repere", "direccion", "domicilio", "calle", "عنوان", "شارع", "anwani",
];

#[rustfmt::skip]
pub(super) const COORDINATES: &[&str] = &[
    "gps", "latitude", "longitude", "coordinates", "coordonnees", "latitud", "longitud", "coordenadas", "احداثيات",
];

#[rustfmt::skip]
pub(super) const CODE: &[&str] = &["code", "codes", "id", "identifiant", "codigo", "رمز", "msimbo"];

/// Words that only together ask for a legal status.
#[rustfmt::skip]
pub(super) const LEGAL_TOGETHER: &[&[&str]] = &[
    &["legal", "status"], &["migration", "status"], &["immigration", "status"], &["irregular", "status"], &["residence", "permit"],
    &["statut", "legal"], &["statut", "juridique"], &["situation", "legale"], &["situation", "administrative"], &["titre", "sejour"],
    &["estatus", "legal"], &["situacion", "legal"], &["estado", "migratorio"], &["situacion", "migratoria"],
    &["وضع", "قانوني"], &["تصريح", "اقامه"],
    &["hali", "kisheria"],
];

/// What [`LEGAL_TOGETHER`] and the first words of [`STATUS`] ask for.
pub(super) const LEGAL: &str = "a legal status";

/// Questions about money rather than about what it is spent on.
#[rustfmt::skip]
pub(super) const MONEY: &[&str] = &[
    "expenditure*", "expense*", "spend*", "spent", "airtime", "budget", "depense*", "gasto*", "matumizi", "انفاق", "نفقات",
];

/// Questions about services rather than about somebody's health.
#[rustfmt::skip]
pub(super) const SERVICE: &[&str] = &[
    "facility", "facilities", "service", "services", "centre", "center", "clinic", "distance", "access", "cost", "worker", "workers",
    "insurance", "share", "acces", "cout", "structure", "structures", "servicio", "servicios", "centro", "acceso", "costo",
    "خدمات", "خدمه", "مركز", "مرافق", "huduma", "kituo",
];

/// What may bring somebody into danger, with the words that ask for it.
#[rustfmt::skip]
pub(super) const STATUS: &[(&str, &[&str])] = &[
    (LEGAL, &[
        "undocumented", "asylum", "refugee*", "stateless*", "deport*", "detain*", "detention", "smuggl*", "visa",
        "residency",
        "asile", "refugie*", "apatrid*", "passeur*", 
        "asilo", "refugiad*", "apatrid*", "detenid*", "detencion", "indocumentad*",
        "لجوء", "لاجي", "لاجئ", "ترحيل", "احتجاز", "اقامه", "مهرب",
        "ukimbizi", "mkimbizi", "uhamiaji", "kufukuzwa",
    ]),
    ("violence or exploitation", &[
        "violen*", "abuse*", "assault*", "rape*", "gbv", "harass*", "tortur*", "traffick*", "forced", "exploited",
        "viol", "viols", "agression*", "harcel*", "maltrait*", "vbg",
        "abuso*", "violacion*", "acoso", "agresion*", 
        "عنف", "اغتصاب", "اعتداء", "تحرش", "تعذيب", "استغلال",
        "ukatili", "unyanyasaji", "ubakaji", "mateso",
    ]),
    (HEALTH, &[
        "illness*", "disease*", "disabilit*", "disabled", "hiv", "aids", "pregnan*", "mental", "chronic", "depress*", "health",
        "maladie*", "handicap*", "vih", "sida", "enceinte*", "grossesse*", "sante",
        "enfermedad*", "discapacidad*", "embaraz*", "salud",
        "مرض", "امراض", "اعاقه", "حامل", "صحه", "صحيه",
        "ugonjwa", "magonjwa", "ulemavu", "mjamzito", "ukimwi", "afya",
    ]),
    ("religion or belief", &["relig*", "faith", "ديان*", "dini"]),
    ("ethnic origin", &[
        "ethnic*", "tribe*", "tribal", "clan", "caste", "ethnie*", "ethnique*", "tribu", "tribus", "etnia*", "etnic*", "indigen*",
        "عرق", "قبيله", "عشيره", "kabila", "ukoo",
    ]),
    ("a political opinion", &["politic*", "politiq*", "سياسي", "siasa"]),
    ("sexual life or orientation", &["sexual*", "sexuel*", "lgbt*", "جنسي", "kingono"]),
    ("an offence or a sentence", &[
        "criminal*", "prison*", "convict*", "arrest*", "condamn*", "interpelle*", "carcel", "delito*", "arrestad*", "سجن", "اعتقال",
        "gerezani", "jela", "uhalifu",
    ]),
];

/// All words, for a test.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let lists = [
        NAME,
        NO_PERSON,
        EMAIL,
        TELEPHONE,
        PAPERS,
        HOW_MANY,
        BIRTH,
        ADDRESS,
        COORDINATES,
        CODE,
        SERVICE,
    ];
    let together = PAPERS_TOGETHER
        .iter()
        .chain(LEGAL_TOGETHER)
        .flat_map(|words| words.iter());
    let status = STATUS.iter().flat_map(|(_, words)| words.iter());
    lists.into_iter().flatten().chain(together).chain(status).copied()
}
