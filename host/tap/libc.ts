// Turns calls of the C library that is already in the process into small typed functions.
// The only file that knows koffi: a change of the foreign-function layer is a change here.
// Does not decide anything: a failed call returns the negative errno, as the kernel does.
// Read packet(7), socket(7), mmap(2), fcntl(2). Constants are those of x86-64 and AArch64.

import { getSystemErrorName } from "node:util";
import koffi from "koffi";

const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_PACKET = 17;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
export const SOL_PACKET = 263;
const ETH_P_ALL = 3;

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MADV_DONTNEED = 4;
const MADV_DONTFORK = 10;
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const O_ASYNC = 0x2000;
const IPPROTO_TCP = 6;
const TCP_USER_TIMEOUT = 18;
const SIOCOUTQ = 0x5411;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFHWADDR = 0x8927;
const PR_SET_NO_NEW_PRIVS = 38;
const MSG_NOSIGNAL = 0x4000;

const IFREQ_SIZE = 40;
const IFREQ_VALUE = 16; // the union behind the name of at most 15 octets

type Call = (...args: unknown[]) => number | bigint;

const PROTOTYPES = {
  socket: "int socket(int, int, int)",
  setsockopt: "int setsockopt(int, int, int, void *, uint32_t)",
  getsockopt: "int getsockopt(int, int, int, void *, void *)",
  bind: "int bind(int, void *, uint32_t)",
  connect: "int connect(int, void *, uint32_t)",
  send: "intptr_t send(int, void *, size_t, int)",
  close: "int close(int)",
  mmap: "intptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)",
  munmap: "int munmap(uintptr_t, size_t)",
  madvise: "int madvise(uintptr_t, size_t, int)",
  memcpyAddress: "uintptr_t memcpy(void *, void *, size_t)",
  fcntl: "int fcntl(int, int, long)",
  ioctl: "int ioctl(int, unsigned long, void *)",
  prctl: "int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)",
  if_nametoindex: "uint32_t if_nametoindex(const char *)",
} as const;

type Name = keyof typeof PROTOTYPES | "memcpyFrom" | "memcpyTo";

let bound: Record<Name, Call> | null = null;

/** The bound functions; the library is opened at the first call, not at import. */
function library(): Record<Name, Call> {
  if (bound !== null) return bound;
  const c = koffi.load(null);
  const calls: Partial<Record<Name, Call>> = Object.fromEntries(
    Object.entries(PROTOTYPES).map(([name, prototype]) => [name, c.func(prototype)]),
  );
  // The same function seen three ways: an address may stand on either side of the copy.
  calls.memcpyFrom = c.func("memcpy", "uintptr_t", ["void *", "uintptr_t", "size_t"]);
  calls.memcpyTo = c.func("memcpy", "uintptr_t", ["uintptr_t", "void *", "size_t"]);
  bound = calls as Record<Name, Call>; // the seam: koffi knows no types
  return bound;
}

/** The call's result, or the negative errno when the C library answered -1. */
function result(value: number | bigint): number {
  return Number(value) === -1 ? -koffi.errno() : Number(value);
}

/** The name of a negative errno, such as `ENODEV`. */
export function errorName(negativeErrno: number): string {
  return getSystemErrorName(negativeErrno);
}

/** Lets go of pages that can be read from their file again; 0 or a negative errno. */
export function discard(at: bigint, size: number): number {
  return result(library().madvise(at, size, MADV_DONTNEED));
}

/** Opens a socket with close-on-exec; returns the descriptor or a negative errno. */
export function socket(domain: number, type: number, protocol: number): number {
  return result(library().socket(domain, type | SOCK_CLOEXEC, protocol));
}

/** Opens a datagram socket to a local path, never blocking; the descriptor or a negative errno. */
export function connectLocal(path: string): number {
  const descriptor = result(
    library().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
  );
  if (descriptor < 0) return descriptor;
  const address = Buffer.alloc(110); // sockaddr_un: family, then a path of at most 107 octets
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path.slice(0, 107), 2);
  const connected = result(library().connect(descriptor, address, address.length));
  if (connected >= 0) return descriptor;
  close(descriptor);
  return connected;
}

/** Sends one datagram on a connected socket; octets sent or a negative errno. */
export function send(descriptor: number, octets: Uint8Array): number {
  return result(library().send(descriptor, octets, octets.length, MSG_NOSIGNAL));
}

/** Sets a socket option; 0 or a negative errno. */
export function setOption(
  descriptor: number,
  level: number,
  name: number,
  value: Uint8Array,
): number {
  return result(library().setsockopt(descriptor, level, name, value, value.length));
}

/** Sets a packet filter of 8-octet instructions in host order; 0 or a negative errno. */
export function attachFilter(descriptor: number, program: Uint8Array): number {
  const SO_ATTACH_FILTER = 26;
  const address = BigInt(library().memcpyAddress(program, program, 0));
  const descriptorOfProgram = Buffer.alloc(16); // sock_fprog: count, padding, pointer
  descriptorOfProgram.writeUInt16LE(program.length / 8, 0);
  descriptorOfProgram.writeBigUInt64LE(address, 8);
  return setOption(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, descriptorOfProgram);
}

/** Reads a socket option into `value`; octets written or a negative errno. */
export function getOption(
  descriptor: number,
  level: number,
  name: number,
  value: Uint8Array,
): number {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length, 0);
  const code = result(library().getsockopt(descriptor, level, name, value, length));
  return code < 0 ? code : length.readUInt32LE(0);
}

/** Takes and clears the pending error of a socket; 0 or a positive errno. */
export function takeError(descriptor: number): number {
  const value = Buffer.alloc(4);
  const code = getOption(descriptor, SOL_SOCKET, SO_ERROR, value);
  return code < 0 ? -code : value.readInt32LE(0);
}

/** Binds a packet socket to every protocol of one interface; 0 or a negative errno. */
export function bindPacket(descriptor: number, interfaceIndex: number): number {
  const address = Buffer.alloc(20); // sockaddr_ll
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(interfaceIndex, 4);
  return result(library().bind(descriptor, address, address.length));
}

/** Closes a descriptor; 0 or a negative errno. */
export function close(descriptor: number): number {
  return result(library().close(descriptor));
}

/** The address of an array's first octet, learnt from the return value of an empty copy. */
export function addressOf(octets: Uint8Array): bigint {
  return BigInt(library().memcpyAddress(octets, octets, 0));
}

/** Maps a descriptor's pages at exactly `address`; 0 or a negative errno. */
export function mapFixed(address: bigint, length: number, descriptor: number): number {
  const flags = MAP_SHARED | MAP_FIXED;
  const at = library().mmap(address, length, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  return Number(at) === -1 ? -koffi.errno() : 0;
}

/** Maps fresh zeroed memory at exactly `address`, replacing what was there; 0 or a negative errno. */
export function mapZero(address: bigint, length: number): number {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  const at = library().mmap(address, length, PROT_READ | PROT_WRITE, flags, -1, 0);
  return Number(at) === -1 ? -koffi.errno() : 0;
}

/** Maps a descriptor's pages wherever the kernel likes; the address or a negative errno. */
export function mapAnywhere(length: number, descriptor: number): bigint {
  const at = library().mmap(0n, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return Number(at) === -1 ? BigInt(-koffi.errno()) : BigInt(at);
}

/** Unmaps what `mapAnywhere` mapped. Never for a range inside a WebAssembly memory. */
export function unmap(address: bigint, length: number): number {
  return result(library().munmap(address, length));
}

/** Keeps a range out of forked children; 0 or a negative errno. */
export function keepFromChildren(address: bigint, length: number): number {
  return result(library().madvise(address, length, MADV_DONTFORK));
}

/** Copies `target.length` octets from a foreign address. */
export function copyFrom(target: Uint8Array, address: bigint): void {
  library().memcpyFrom(target, address, target.length);
}

/** Copies all of `source` to a foreign address. */
export function copyTo(address: bigint, source: Uint8Array): void {
  library().memcpyTo(address, source, source.length);
}

/**
 * Asks for SIGIO on the main thread whenever the descriptor has something to say. The caller
 * has installed its signal handler: the default action of SIGIO ends the process.
 */
export function armSignal(descriptor: number, pid: number): number {
  const owned = result(library().fcntl(descriptor, F_SETOWN, pid));
  if (owned < 0) return owned;
  const flags = result(library().fcntl(descriptor, F_GETFL, 0));
  return flags < 0 ? flags : result(library().fcntl(descriptor, F_SETFL, flags | O_ASYNC));
}

/** Ends what `armSignal` began; before the handler is removed. */
export function disarmSignal(descriptor: number): number {
  const flags = result(library().fcntl(descriptor, F_GETFL, 0));
  return flags < 0 ? flags : result(library().fcntl(descriptor, F_SETFL, flags & ~O_ASYNC));
}

/** Octets a TCP socket has been given that the peer's kernel has not acknowledged; or -errno. */
export function unacknowledged(descriptor: number): number {
  const count = Buffer.alloc(4);
  const code = result(library().ioctl(descriptor, SIOCOUTQ, count));
  return code < 0 ? code : count.readInt32LE(0);
}

/** Breaks a TCP connection whose peer acknowledges nothing for `milliseconds`. */
export function limitSilence(descriptor: number, milliseconds: number): number {
  const value = Buffer.alloc(4);
  value.writeUInt32LE(milliseconds, 0);
  return setOption(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, value);
}

/** The index of an interface by name, or 0 when there is none. */
export function interfaceIndex(name: string): number {
  return Number(library().if_nametoindex(name));
}

/** A 16-bit value the kernel keeps for an interface, or a negative errno. */
function interfaceValue(name: string, request: number): number {
  const descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  if (descriptor < 0) return descriptor;
  const record = Buffer.alloc(IFREQ_SIZE);
  record.write(name.slice(0, IFREQ_VALUE - 1), 0);
  const code = result(library().ioctl(descriptor, request, record));
  close(descriptor);
  return code < 0 ? code : record.readUInt16LE(IFREQ_VALUE);
}

/** The flags of an interface (IFF_UP is bit 0), or a negative errno. */
export function interfaceFlags(name: string): number {
  return interfaceValue(name, SIOCGIFFLAGS);
}

/** The ARPHRD number of an interface, or a negative errno. */
export function interfaceHardware(name: string): number {
  return interfaceValue(name, SIOCGIFHWADDR);
}

/** Forbids this thread and its children to gain privileges by exec; 0 or a negative errno. */
export function noNewPrivileges(): number {
  return result(library().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}
