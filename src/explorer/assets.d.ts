declare module '*.css';
declare module 'graphiql/setup-workers/vite';
