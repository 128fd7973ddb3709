import { getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { operationDepth } from '../../src/platform/limits/depth.js';

const depth = (query: string, name?: string): number => {
  const document = parse(query);
  return operationDepth(document, getOperationAST(document, name)!);
};

describe('the depth of an operation', () => {
  it.each([
    [1, '{ viewer }'],
    [3, '{ a b { c { d } } e }'],
    [3, '{ ... { a { ... on A { b { c } } } } }'],
    [4, '{ a { ...F } } fragment F on A { b { ...G } } fragment G on B { c { d } }'],
    [3, '{ ...F a { ...G } } fragment F on A { x } fragment G on B { y { z } }'],
    [2, 'mutation { a { b } }'],
    [2, 'subscription { a { b } }'],
  ])('is %i for %s', (expected, query) => expect(depth(query)).toBe(expected));

  it('is that of the operation which is to run', () => {
    const query = 'query A { a } query B { a { b { c } } }';
    expect([depth(query, 'A'), depth(query, 'B')]).toEqual([1, 3]);
  });

  it('leaves introspection out, but not what lies beside it', () => {
    expect(depth(getIntrospectionQuery())).toBe(1);
    expect(depth('{ __schema { types { name } } a { b { c } } }')).toBe(3);
    expect(depth('{ a { __schema: b { c { d } } } }')).toBe(4);
  });

  it('is found at once where fragments spread each other many times', () => {
    const fragments = Array.from({ length: 200 }, (_, n) => `fragment F${n} on A { a { ...F${n + 1} ...F${n + 1} } }`);
    expect(depth(`{ ...F0 } ${fragments.join(' ')} fragment F200 on A { z }`)).toBe(201);
  });
});
