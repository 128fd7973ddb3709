/** XML 1.0 as it is written by hand. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  // For "]]>", which must not stand in a text either.
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Text as an element or an attribute in double quotes may have it; what XML 1.0 has no place for becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"\r]/g, (character) => ENTITIES[character]!);
}

export type XmlAttributes = Readonly<Record<string, string | number | undefined>>;

/** An element with a text in it. Attributes that are undefined are left out. */
export function xmlText(name: string, text: string | number, attributes: XmlAttributes = {}): string {
  return xmlElement(name, escapeXml(String(text)), attributes);
}

/** An element with what is XML already in it. */
export function xmlElement(name: string, content: string, attributes: XmlAttributes = {}): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${escapeXml(String(value)).replace(/[\t\n]/g, (space) => `&#${space.charCodeAt(0)};`)}"`,
    )
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}
