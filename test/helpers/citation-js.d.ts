/** Comes without types; what tests use of it. */
declare module '@citation-js/core' {
  export const plugins: {
    readonly input: {
      /** Reads items of CSL-JSON from a text. */
      chain(text: string, options: { forceType: string; generateGraph: boolean }): Record<string, any>[];
    };
  };
}
declare module '@citation-js/plugin-bibtex';
declare module '@citation-js/plugin-ris';
