// Turns a socket in the run folder into questions to the running watch and its answers: one JSON
// line each way. The commands status, ack and test-alarm are its clients. Knows the questions'
// shape, not their answers. The folder's rights decide who may ask. Read unix(7).

import { chmodSync, existsSync, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { codeOf, EXIT, HostError } from "../ground/errors.ts";

/** A question to the running watch; an `id` of null means every alert. */
export type ControlRequest =
  | { readonly command: "status" }
  | { readonly command: "ack"; readonly id: string | null }
  | { readonly command: "test-alarm" };

/** What may be answered: anything JSON can say. */
export type ControlAnswer = Readonly<Record<string, unknown>>;

const SOCKET_NAME = "control.sock";
const REQUEST_MAX = 4_096;
const ANSWER_MAX = 4_194_304; // a status with every baseline a router can hold
const CONNECTIONS_MAX = 8;
const PATIENCE_MS = 3_000;

const pathOf = (runDir: string): string => join(runDir, SOCKET_NAME);

/** The request in a line, or null when it is not one. */
function parseRequest(line: string): ControlRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("command" in value)) return null;
  if (value.command === "status" || value.command === "test-alarm") {
    return { command: value.command };
  }
  const id = "id" in value ? value.id : null;
  if (value.command !== "ack" || (id !== null && typeof id !== "string")) return null;
  return { command: "ack", id };
}

/** The watch's end of the socket. */
export class Control {
  readonly #path: string;
  readonly #answer: (request: ControlRequest) => ControlAnswer;
  #server: Server | null = null;
  readonly #open = new Set<Socket>();

  /** `answer` may throw a HostError, whose sentence and status the asking command reports. */
  constructor(runDir: string, answer: (request: ControlRequest) => ControlAnswer) {
    this.#path = pathOf(runDir);
    this.#answer = answer;
  }

  /**
   * Listens; the folder must exist and be writable. A socket left by a watch that died is
   * replaced; throws HostError 69 when another watch still answers on it, 77 when not permitted.
   */
  async start(): Promise<void> {
    if (!existsSync(dirname(this.#path))) {
      throw new HostError(EXIT.unavailable, `there is no folder for the socket ${this.#path}.`);
    }
    if (await answers(this.#path)) {
      throw new HostError(EXIT.unavailable, `another watch already answers on ${this.#path}.`);
    }
    try {
      unlinkSync(this.#path);
    } catch {
      // there was none, or listening will say why it cannot be replaced
    }
    const server = createServer((socket) => this.#serve(socket));
    server.maxConnections = CONNECTIONS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => {
        const denied = ["EACCES", "EPERM", "EROFS"].includes(codeOf(error));
        const status = denied ? EXIT.noPermission : EXIT.unavailable;
        const cause = codeOf(error);
        reject(new HostError(status, `the socket ${this.#path} cannot be opened (${cause}).`));
      });
      server.listen(this.#path, resolve);
    });
    chmodSync(this.#path, 0o660);
    this.#server = server;
  }

  /** Closes the socket and removes it. Safe to call twice. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#open) socket.destroy();
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    let text = "";
    this.#open.add(socket);
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#open.delete(socket));
    socket.on("data", (chunk) => {
      text += String(chunk);
      const end = text.indexOf("\n");
      if (end >= 0) socket.end(`${JSON.stringify(this.#reply(text.slice(0, end)))}\n`);
      else if (text.length > REQUEST_MAX) socket.destroy();
    });
  }

  #reply(line: string): ControlAnswer {
    const request = parseRequest(line);
    if (request === null) {
      const error = "the running watch does not know this question; is it of another version?";
      return { error, status: EXIT.unavailable };
    }
    try {
      return { answer: this.#answer(request) };
    } catch (error) {
      if (error instanceof HostError) return { error: error.message, status: error.status };
      throw error;
    }
  }
}

/** Whether somebody accepts connections on a socket path. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const settle = (value: boolean): void => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

/** What a reply says, or the error it carries. */
function readReply(text: string): ControlAnswer {
  const reply: unknown = JSON.parse(text);
  if (typeof reply === "object" && reply !== null) {
    if ("answer" in reply && typeof reply.answer === "object" && reply.answer !== null) {
      return { ...reply.answer };
    }
    if ("error" in reply) {
      const known = Object.values(EXIT).find((s) => "status" in reply && s === reply.status);
      throw new HostError(known ?? EXIT.unavailable, String(reply.error));
    }
  }
  throw new HostError(EXIT.unavailable, "the running watch gave an answer that cannot be read.");
}

/**
 * Asks the running watch. Throws HostError 69 when none answers, 77 when this user may not ask,
 * or the error the watch itself reports.
 */
export async function ask(runDir: string, request: ControlRequest): Promise<ControlAnswer> {
  const path = pathOf(runDir);
  const text = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(path);
    let received = "";
    const fail = (error: unknown): void => {
      const denied = codeOf(error) === "EACCES";
      socket.destroy();
      reject(
        denied
          ? new HostError(EXIT.noPermission, `not permitted to ask on ${path}; ask as root.`)
          : new HostError(
              EXIT.unavailable,
              `no running watch answers on ${path}; start one with "striplight watch".`,
            ),
      );
    };
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE_MS, () => fail(null));
    socket.on("error", fail);
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (chunk) => {
      received += String(chunk);
      if (received.length > ANSWER_MAX) fail(null);
    });
    socket.on("end", () => {
      socket.destroy();
      if (received.endsWith("\n")) resolve(received);
      else fail(null);
    });
  });
  return readReply(text);
}
