/** The own format of harvests: a record with everything that is known of it, and the schema that it meets. */
import { xmlElement, xmlText } from '../../common/xml.js';
import type { RecordDocument } from '../documents/record-document.js';
import type { HarvestFormat } from './harvest-format.js';
import { type ObjectShape, RECORD_SHAPES, type Shape } from './record-shape.js';

export const RECORD_SCHEMA_PATH = '/ns/medspil-oai.xsd';
const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

const namespaceOf = (base: string) => `${base}/ns/oai`;
const schemaOf = (base: string) => `${base}${RECORD_SCHEMA_PATH}`;

export const RECORD_FORMAT: HarvestFormat = {
  prefix: 'medspil',
  namespace: namespaceOf,
  schema: schemaOf,
  write: (document, { base }) => writeRecord(document, base),
};

export function writeRecord(document: RecordDocument, base: string): string {
  const { element, shape } = RECORD_SHAPES[document.recordKind];
  return xmlElement(element, writeFields(document, shape), {
    xmlns: namespaceOf(base),
    'xmlns:xsi': SCHEMA_INSTANCE,
    'xsi:schemaLocation': `${namespaceOf(base)} ${schemaOf(base)}`,
  });
}

function writeFields(value: object, { fields }: ObjectShape): string {
  return Object.entries(fields)
    .map(([name, shape]) => {
      const found = (value as Readonly<Record<string, unknown>>)[name];
      return found == null ? '' : write(name, found, shape);
    })
    .join('');
}

function write(name: string, value: unknown, shape: Shape): string {
  if ('fields' in shape) return xmlElement(name, writeFields(value as object, shape));
  if (!('of' in shape)) return xmlText(name, value as string | number);
  return xmlElement(name, (value as readonly unknown[]).map((each) => write(shape.item, each, shape.of)).join(''));
}

/** The schema, in XML Schema 1.0. */
export function writeRecordSchema(base: string): string {
  const elements = Object.values(RECORD_SHAPES)
    .map(({ element, shape }) => declare(element, shape, 1, {}))
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ${attribute('targetNamespace', namespaceOf(base))}
  elementFormDefault="qualified">
  <xs:annotation>
    <xs:documentation xml:lang="en">Records of Medspil as OAI-PMH disseminates them: the names are those of the GraphQL API,
      where each is described. Texts are Markdown. What is not known is left out.</xs:documentation>
  </xs:annotation>
${elements}</xs:schema>
`;
}

const attribute = (name: string, value: string) => xmlElement('x', '', { [name]: value }).slice(3, -2);

function declare(name: string, shape: Shape, depth: number, occurrence: Readonly<Record<string, string>>): string {
  const indent = '  '.repeat(depth);
  const line = (content: string) => `${indent}${content}\n`;
  if ('type' in shape) {
    const { type, values } = shape;
    if (values === undefined) return line(xmlElement('xs:element', '', { name, type, ...occurrence }));
    const enumeration = values.map((value) => xmlElement('xs:enumeration', '', { value })).join('');
    const restriction = xmlElement('xs:restriction', enumeration, { base: type });
    return line(xmlElement('xs:element', xmlElement('xs:simpleType', restriction), { name, ...occurrence }));
  }
  const children =
    'of' in shape
      ? declare(shape.item, shape.of, depth + 3, { minOccurs: '0', maxOccurs: 'unbounded' })
      : Object.entries(shape.fields)
          .map(([child, field]) => declare(child, field, depth + 3, field.optional ? { minOccurs: '0' } : {}))
          .join('');
  const sequence = `\n${indent}    ${xmlElement('xs:sequence', `\n${children}${indent}    `)}\n${indent}  `;
  return line(
    xmlElement('xs:element', `\n${indent}  ${xmlElement('xs:complexType', sequence)}\n${indent}`, {
      name,
      ...occurrence,
    }),
  );
}
