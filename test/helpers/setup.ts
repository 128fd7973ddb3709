/** Before every test file: the decorators of type-graphql and TypeORM want this in place. */
import 'reflect-metadata';
