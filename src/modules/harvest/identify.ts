/** What a repository says of itself, OAI-PMH 2.0, section 4.2. */
import { xmlElement, xmlText } from '../../common/xml.js';
import { GRANULARITY, writeDatestamp } from './datestamp.js';

export interface Repository {
  readonly name: string;
  /** Where it is harvested. */
  readonly address: string;
  /** Who looks after it. */
  readonly email: string;
  readonly earliest: Date;
  /** As in its identifiers. */
  readonly host: string;
  /** An identifier such as it gives. */
  readonly sampleIdentifier: string;
}

const IDENTIFIER_NAMESPACE = 'http://www.openarchives.org/OAI/2.0/oai-identifier';

export function writeIdentify(repository: Repository): string {
  const content = [
    xmlText('repositoryName', repository.name),
    xmlText('baseURL', repository.address),
    xmlText('protocolVersion', '2.0'),
    xmlText('adminEmail', repository.email),
    xmlText('earliestDatestamp', writeDatestamp(repository.earliest)),
    xmlText('deletedRecord', 'persistent'),
    xmlText('granularity', GRANULARITY),
    ...(isDomainName(repository.host) ? [xmlElement('description', writeIdentifierScheme(repository))] : []),
  ];
  return xmlElement('Identify', `\n${content.join('\n')}\n`);
}

/** The scheme of identifiers wants a domain name; what is reached by its number only has none. */
function isDomainName(host: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z][a-zA-Z0-9-]*)+$/.test(host);
}

function writeIdentifierScheme({ host, sampleIdentifier }: Repository): string {
  const content =
    xmlText('scheme', 'oai') +
    xmlText('repositoryIdentifier', host) +
    xmlText('delimiter', ':') +
    xmlText('sampleIdentifier', sampleIdentifier);
  return xmlElement('oai-identifier', content, {
    xmlns: IDENTIFIER_NAMESPACE,
    'xsi:schemaLocation': `${IDENTIFIER_NAMESPACE} ${IDENTIFIER_NAMESPACE}.xsd`,
  });
}
