// A scenario's text → its value. Headers first, then moves, then the blocks of what is expected;
// anything else is an error with its line number. The dialect: test/scenario/README.md.

import { parseAct } from "./act.ts";
import { isPrivate, parseAddress } from "./address.ts";
import { Cursor, ScenarioError, tokenize } from "./line.ts";
import type { Assumption, Expectation, Host, Layer, Move, Scenario } from "./scenario.ts";

const TRANSFORM_LINE = /^transform\s+no\s+(\S+)\s+--\s+(\S.*)$/;
const LAYER_ID_MAX = 0xffff;

/** Everything a file says. Throws ScenarioError. */
export function parseScenario(path: string, text: string): Scenario {
  const source = text.split("\n");
  if (source.at(-1) === "") source.pop();
  const draft = new Draft(path, source);
  source.forEach((line, index) => {
    draft.read(line, index + 1);
  });
  return draft.finish();
}

class Draft {
  readonly #path: string;
  readonly #source: readonly string[];
  #layers: Layer[] = [{ kind: "ethernet" }];
  readonly #hosts = new Map<string, Host>();
  readonly #home: string[] = [];
  readonly #iss = new Map<string, number>();
  readonly #assumptions: Assumption[] = [];
  readonly #twinOf: string[] = [];
  readonly #optOut = new Map<string, string>();
  readonly #moves: Move[] = [];
  #block: string[] | null = null;
  #silence = false;
  readonly #blocks = new Map<string, string[]>();
  #last: Move | null = null;

  constructor(path: string, source: readonly string[]) {
    this.#path = path;
    this.#source = source;
  }

  read(line: string, number: number): void {
    const fail = (what: string): never => {
      throw new ScenarioError(this.#path, number, what);
    };
    if (line.trim() === "" || line.trimStart().startsWith("#")) return;
    const tokens = tokenize(line, fail);
    const cursor = new Cursor(tokens, fail);
    if (cursor.take("expect")) {
      this.#expect(cursor);
    } else if (this.#block !== null) {
      this.#block.push(line.trim().replace(/\s+/g, " "));
    } else if (this.#silence) {
      fail("nothing follows `expect silence` but `expect reasons`");
    } else if (tokens[0]?.kind === "text") {
      this.#extend(cursor, number);
    } else if (cursor.take("!")) {
      this.#note(cursor);
    } else if (!this.#header(cursor, line)) {
      this.#move(cursor, number);
    }
  }

  finish(): Scenario {
    const flows = this.#blocks.get("flows");
    const alerts = this.#blocks.get("alerts");
    const reasons = this.#blocks.get("reasons") ?? null;
    let expected: Expectation | null = null;
    if (this.#silence) expected = { flows: [], alerts: [], reasons };
    else if (flows && alerts) expected = { flows, alerts, reasons };
    return {
      path: this.#path,
      source: this.#source,
      summary: (this.#source[0] ?? "").replace(/^#\s*/, ""),
      layers: this.#layers,
      hosts: this.#hosts,
      home: this.#home,
      iss: this.#iss,
      assumptions: this.#assumptions,
      twinOf: this.#twinOf,
      optOut: this.#optOut,
      moves: this.#moves,
      expected,
    };
  }

  #header(cursor: Cursor, line: string): boolean {
    if (cursor.take("link")) this.#layers = parseLayers(cursor);
    else if (cursor.take("client")) this.#host("c", cursor);
    else if (cursor.take("server")) this.#host("s", cursor);
    else if (cursor.take("host")) this.#host(cursor.word("a name"), cursor);
    else if (cursor.take("home")) this.#home.push(cursor.word("a network"));
    else if (cursor.take("iss")) this.#iss.set(this.#known(cursor), cursor.number("an ISS"));
    else if (cursor.take("assume")) this.#assumptions.push(this.#assumption(cursor));
    else if (cursor.take("twin")) this.#twins(cursor);
    else if (cursor.take("transform")) return this.#transform(cursor, line);
    else return false;
    cursor.end();
    return true;
  }

  #host(name: string, cursor: Cursor): void {
    const word = cursor.word("an address and port");
    const match = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(word);
    const port = Number(match?.[3] ?? Number.NaN);
    if (match === null || port > 0xffff) cursor.fail(`"${word}" is not ADDRESS:PORT`);
    if (this.#hosts.has(name)) cursor.fail(`host "${name}" is named twice`);
    try {
      const address = parseAddress(match[1] ?? match[2] ?? "");
      this.#hosts.set(name, { name, address, port });
    } catch (error) {
      cursor.fail(error instanceof Error ? error.message : "not an address");
    }
  }

  #known(cursor: Cursor): string {
    const name = cursor.word("a host name");
    if (!this.#hosts.has(name))
      cursor.fail(`no host "${name}": name it with client, server or host`);
    return name;
  }

  #assumption(cursor: Cursor): Assumption {
    if (cursor.take("offered")) {
      const word = cursor.word("offers/refusals");
      const match = /^(\d+)\/(\d+)$/.exec(word);
      if (match === null) cursor.fail(`"${word}" is not OFFERS/REFUSALS, such as 9/0`);
      const host = cursor.done ? "s" : this.#known(cursor);
      const list = cursor.done ? [] : cursor.word("a list").split(",");
      return { kind: "offered", host, offer: Number(match[1]), nooffer: Number(match[2]), list };
    }
    if (cursor.take("greeted")) {
      const name = cursor.word("a server name");
      return { kind: "greeted", host: cursor.done ? "s" : this.#known(cursor), name };
    }
    if (cursor.take("known")) return { kind: "known", name: cursor.word("a server name") };
    if (cursor.take("policy")) return { kind: "policy", name: cursor.word("a server name") };
    if (cursor.take("offloaded")) return { kind: "offloaded" };
    return cursor.fail("assume offered, greeted, known, policy or offloaded");
  }

  #twins(cursor: Cursor): void {
    if (!cursor.take("of")) cursor.fail("write `twin of EVIDENCE…`");
    while (!cursor.done) this.#twinOf.push(cursor.word("an evidence name"));
  }

  #transform(cursor: Cursor, line: string): boolean {
    const match = TRANSFORM_LINE.exec(line.trim());
    if (match === null) cursor.fail("write `transform no NAME -- the reason`");
    this.#optOut.set(match[1] ?? "", match[2] ?? "");
    return true;
  }

  #move(cursor: Cursor, number: number): void {
    const first = cursor.peek();
    const timed = first?.kind === "word" && first.text.startsWith("+");
    const wait = timed ? cursor.seconds("a time") : null;
    const { act, pause } = parseAct(cursor, this.#hosts);
    cursor.end();
    this.#last = { line: number, wait: wait ?? pause, act, notes: [] };
    this.#moves.push(this.#last);
  }

  /** A line of quoted text alone goes on with the payload above. */
  #extend(cursor: Cursor, number: number): void {
    const last = this.#last;
    if (last?.act.kind !== "segment") cursor.fail("quoted text follows a packet only");
    const payload = Buffer.concat([last.act.payload, cursor.text("payload")]);
    cursor.end();
    this.#replace({ ...last, line: number, act: { ...last.act, payload } });
  }

  #note(cursor: Cursor): void {
    if (this.#last === null) cursor.fail("`!` belongs below a packet");
    const notes = [...this.#last.notes];
    while (!cursor.done) notes.push(cursor.word("an evidence name"));
    this.#replace({ ...this.#last, notes });
  }

  #replace(move: Move): void {
    this.#moves[this.#moves.length - 1] = move;
    this.#last = move;
  }

  #expect(cursor: Cursor): void {
    const name = cursor.word("silence, flows, alerts or reasons");
    cursor.end();
    if (this.#blocks.has(name)) cursor.fail(`\`expect ${name}\` stands twice`);
    this.#block = null;
    if (name === "silence") {
      this.#silence = true;
      return;
    }
    if (!["flows", "alerts", "reasons"].includes(name)) cursor.fail(`expect ${name} is unknown`);
    if (this.#silence && name !== "reasons") cursor.fail("silence has no flows and no alerts");
    this.#block = [];
    this.#blocks.set(name, this.#block);
  }
}

/** `ethernet vlan 7 pppoe 1` → layers. The first names the link type. */
function parseLayers(cursor: Cursor): Layer[] {
  const layers: Layer[] = [];
  while (!cursor.done) {
    const kind = cursor.word("a layer");
    if (kind === "vlan" || kind === "service-vlan" || kind === "pppoe") {
      layers.push({ kind, id: cursor.number("an identifier", LAYER_ID_MAX) });
    } else if (isLink(kind)) {
      if (layers.length > 0) cursor.fail(`${kind} can only come first`);
      layers.push({ kind });
    } else {
      cursor.fail(`"${kind}" is not a layer`);
    }
  }
  return layers;
}

type Link = "ethernet" | "sll" | "sll2" | "raw" | "null" | "loop" | "user";

function isLink(kind: string): kind is Link {
  return ["ethernet", "sll", "sll2", "raw", "null", "loop", "user"].includes(kind);
}

/** The TTL a host's packets arrive with unless the line says otherwise. */
export function usualTtl(host: Host): number {
  return isPrivate(host.address) ? 64 : 52;
}
