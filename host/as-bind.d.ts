// What is used of as-bind's runtime, which ships without types for this entry.
declare module "as-bind/dist/as-bind.cjs.js" {
  interface Bound {
    /** Exported functions, bound so that strings and lists cross as such. */
    readonly exports: Record<string, unknown>;
  }
  export function instantiateSync(module: Uint8Array, imports: Record<string, unknown>): Bound;
}
