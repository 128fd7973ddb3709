import { registerEnumType } from 'type-graphql';

export enum Outcome {
  SUCCESS = 'SUCCESS',
  MIXED = 'MIXED',
  FAILURE = 'FAILURE',
}

registerEnumType(Outcome, {
  name: 'Outcome',
  description: 'How it went.',
  valuesConfig: {
    SUCCESS: { description: 'Well.' },
    MIXED: { description: 'Some of it well, some not.' },
    FAILURE: { description: 'Not well.' },
  },
});
