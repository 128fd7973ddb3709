import { registerEnumType } from 'type-graphql';

export enum Language {
  DA = 'DA',
  EN = 'EN',
}

registerEnumType(Language, {
  name: 'Language',
  description: 'The language of a text.',
  valuesConfig: { DA: { description: 'Danish.' }, EN: { description: 'English.' } },
});
