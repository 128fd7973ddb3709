/** Invented sentences and titles on partnerships, always the same ones. Danish compounds give search a large vocabulary. */

const danishFirst = words(`bibliotek børne ungdoms kultur musik læse film egnshistorie skole forenings frivillig
  erhvervs job karriere sundheds natur idræts museums teater medie spil maker sprog velkomst senior familie forsker
  forfatter avis radio arkiv bydels havne landsby borger demokrati klima design litteratur fortælle`);
const danishSecond = words(`klub værksted festival arena forløb netværk aftale projekt pulje udstilling vejledning
  undervisning café rum hus dag uge samling platform partnerskab møde kursus rådgivning formidling plan strategi gruppe
  udvalg kampagne indsats laboratorium scene akademi tilbud besøg fællesskab udvikling evaluering aften rejse`);
const danishAdjectives = words(`fælles lokal regional åben gratis ny langsigtet uformel tværfaglig synlig digital
  skriftlig fælleskommunal lille stor ambitiøs velkendt overraskende dyr billig`);
const englishFirst = words(`library children youth culture music reading film history school volunteer business career
  health nature sports museum theatre media games language welcome senior family research newspaper archive district
  harbour village citizen democracy climate design literature`);
const englishSecond = words(`club workshop festival arena course network agreement project fund exhibition guidance
  teaching room week collection platform meeting plan strategy group committee campaign effort laboratory stage academy
  visit community evaluation evening`);
const englishAdjectives = words(`shared local regional open free new lasting informal visible digital written small
  large ambitious familiar surprising costly cheap`);

const danish = {
  noun: (random) => skewed(random, danishFirst) + skewed(random, danishSecond),
  adjective: (random) => even(random, danishAdjectives),
  title: ['{n} og {n}', 'En {a} {n} for alle', 'Fra {n} til {n}', '{n} med {n} i byen', 'Vores {a} {n} og en {n}'],
  sentence: `Parterne begyndte med en {a} {n} og en {n} ved siden af.
    Hver part gav tid til {n}, og lederne mødtes om {n} hver måned.
    Det viste sig, at {n} krævede mere end den {a} {n}, vi havde regnet med.
    Brugerne kom for {n} og blev hængende til {n}.
    Uden en {a} {n} var {n} gået i stå efter det første år.
    Personalet savnede {n}, men lærte meget af {n} hos naboen.
    Aftalen om {n} blev skrevet ned, før {n} fik penge.
    Vi delte udgifterne til {n} og lod {n} vente.
    Den største udfordring var {n}, fordi {n} havde en anden rytme.
    Kommunen så først værdien af {n}, da {n} kom i avisen.
    En {a} tone gjorde {n} lettere og {n} sjovere.
    Gevinsten var {n}, som nu lever videre i {n}.
    Der manglede en afslutning på {n}, og {n} blev glemt.
    Forskellige systemer gjorde {n} tung, selv om {n} var enkel.
    Næste gang begynder vi med {n} og venter med {n}.
    Ledelsen bakkede op om {n}, men {n} hang på to personer.
    Med {n} fik vi fat i dem, der aldrig bruger {n}.
    Samarbejdet om {n} voksede ud af en {a} {n}.`,
};
const english = {
  noun: (random) => `${skewed(random, englishFirst)} ${skewed(random, englishSecond)}`,
  adjective: (random) => even(random, englishAdjectives),
  title: ['A {n} beside a {n}', 'The {a} {n} for everyone', 'From {n} to {n}', 'Our {a} {n} and a {n}'],
  sentence: `The parties began with a {a} {n} and a {n}.
    Each of them gave time to the {n}, and the managers met about the {n}.
    It turned out that the {n} took more than the {a} {n} we had planned.
    People came for the {n} and stayed for the {n}.
    Without a {a} {n} the {n} would have ended within a year.
    The staff missed a {n} but learned much from the {n} next door.
    We shared the cost of the {n} and let the {n} wait.
    The hardest part was the {n}, because the {n} kept another pace.
    What we gained was a {n} that lives on in the {n}.
    Next time the {n} comes first and the {n} later.`,
};

/** `count` sentences and titles a language, by the code that records carry. */
export function compose(count) {
  const random = mulberry32(2010);
  return Object.entries({ DA: danish, EN: english }).map(([code, language]) => ({
    code,
    titles: repeat(count, () => capital(fill(even(random, language.title), language, random))),
    sentences: repeat(count, () => capital(fill(even(random, lines(language.sentence)), language, random))),
  }));
}

function fill(template, language, random) {
  return template.replace(/\{([na])\}/g, (_, kind) =>
    kind === 'n' ? language.noun(random) : language.adjective(random),
  );
}

/** Some words are common and most are rare, as in any text. */
function skewed(random, list) {
  return list[Math.floor(list.length * random() ** 2)];
}

function even(random, list) {
  return list[Math.floor(list.length * random())];
}

function words(text) {
  return text.trim().split(/\s+/);
}

function lines(text) {
  return text.split('\n').map((line) => line.trim());
}

function repeat(count, make) {
  return Array.from({ length: count }, make);
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** A small seeded generator, so that every run and every machine measures the same corpus. */
function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
