/** Everything that has an address for good. */
import { conceptResources } from './concept.resources.js';
import { recordResource, type RecordResourceOptions } from './record.resource.js';
import { vocabularyResources } from './vocabulary.resources.js';

export function linkedDataResources(options: RecordResourceOptions) {
  return [recordResource(options), ...conceptResources(options.base), ...vocabularyResources(options.base)];
}
