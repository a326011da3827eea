// The part of the WebAssembly JavaScript interface that the host uses; Node's own types leave it
// out and the browser's would bring the whole document with them.
// Read https://webassembly.github.io/spec/js-api/.

declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
  }

  class Global<T = unknown> {
    readonly value: T;
  }

  class Module {
    constructor(octets: Uint8Array);
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
}
