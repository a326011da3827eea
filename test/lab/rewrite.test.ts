// Every mode of the middlebox changes exactly what it says: one dialog of each dialect through each
// mode, compared line by line with what went in. No network, no privileges.

import assert from "node:assert/strict";
import { Direction, rewriterOf } from "./proxy-process.ts";
import { type Dialect, MODES_OF, type Mode } from "./rewrite.ts";

/** One turn: who speaks and what. */
type Turn = ["C" | "S", string];

const SMTP: Turn[] = [
  ["S", "220 mail.lab.example ESMTP Postfix\r\n"],
  ["C", "EHLO laptop.home.example\r\n"],
  [
    "S",
    "250-mail.lab.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250-X-EXPS GSSAPI\r\n250 CHUNKING\r\n",
  ],
  ["C", "STARTTLS\r\n"],
  ["S", "220 2.0.0 Ready to start TLS\r\n"],
  ["C", "\x16\x03\x01hello\n"],
  ["S", "\x16\x03\x03hello\n"],
];

/** A dialog that stays in clear and whose text quotes the protocol. */
const SMTP_CLEAR: Turn[] = [
  ["S", "220 mail.lab.example ESMTP Postfix\r\n"],
  ["C", "EHLO laptop.home.example\r\n"],
  ["S", "250-mail.lab.example\r\n250 SIZE 1000\r\n"],
  ["C", "AUTH PLAIN\r\n"],
  ["S", "334 \r\n"],
  ["C", "STARTTLS\r\n"],
  ["S", "235 2.7.0 Authentication successful\r\n"],
  ["C", "DATA\r\n"],
  ["S", "354 go on\r\n"],
  ["C", "STARTTLS\r\nXYZZY\r\n.\r\n"],
  ["S", "250 2.0.0 Ok\r\n"],
];

const IMAP: Turn[] = [
  ["S", "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n"],
  ["C", "a CAPABILITY\r\n"],
  ["S", "* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\na OK done\r\n"],
  ["C", "b STARTTLS\r\n"],
  ["S", "b OK begin\r\n"],
  ["C", "\x16\x03\x01hello\n"],
];

const POP3: Turn[] = [
  ["S", "+OK ready\r\n"],
  ["C", "CAPA\r\n"],
  ["S", "+OK\r\nTOP\r\nSTLS\r\nUSER\r\n.\r\n"],
  ["C", "STLS\r\n"],
  ["S", "+OK begin\r\n"],
  ["C", "\x16\x03\x01hello\n"],
];

const DIALOGS: Record<Dialect, Turn[]> = { smtp: SMTP, imap: IMAP, pop3: POP3 };

/** What differs from the dialog: `in` → `out` by turn, keyed by turn index. */
type Change = Record<number, { toClient?: string; toServer?: string }>;

const EXPECTED: Record<Dialect, Partial<Record<Mode, Change>>> = {
  smtp: {
    none: {},
    asa: {
      0: { toClient: "220 ******************************\r\n" },
      2: {
        toClient:
          "250-mail.lab.example\r\n250-PIPELINING\r\n250-XXXXXXXA\r\n250-XXXXXXXXXXXXB\r\n250 XXXXXXXC\r\n",
      },
      3: { toServer: "XXXXXXXX\r\n" },
      5: { toServer: "XXXXXXXX\n" },
    },
    "asa-others": {
      0: { toClient: "220 ******************************\r\n" },
      2: {
        toClient:
          "250-mail.lab.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250-XXXXXXXXXXXXA\r\n250 XXXXXXXB\r\n",
      },
    },
    noop: {
      0: { toClient: "220 **************** ***** *******\r\n" },
      1: { toServer: "NOOP\r\n" },
      3: { toServer: "NOOP\r\n" },
    },
    delete: {
      2: {
        toClient: "250-mail.lab.example\r\n250-PIPELINING\r\n250-X-EXPS GSSAPI\r\n250 CHUNKING\r\n",
      },
    },
    replace: {
      2: {
        toClient:
          "250-mail.lab.example\r\n250-PIPELINING\r\n250-STARTTLX\r\n250-X-EXPS GSSAPI\r\n250 CHUNKING\r\n",
      },
    },
    "refuse-454": {
      3: { toServer: "", toClient: "454 4.7.0 TLS not available due to temporary reason\r\n" },
    },
    "refuse-500": { 3: { toServer: "", toClient: "500 5.5.1 Command unrecognized\r\n" } },
    respinj: {
      4: {
        toClient:
          "220 2.0.0 Ready to start TLS\r\n250-injected.example\r\n250 AUTH PLAIN LOGIN\r\n",
      },
    },
    cmdinj: { 3: { toServer: "STARTTLS\r\nNOOP injected\r\n" } },
    "helo-downgrade": {
      1: { toServer: "", toClient: "502 5.5.2 Error: command not recognized\r\n" },
    },
  },
  imap: {
    none: {},
    asa: {
      0: { toClient: "* OK [CAPABILITY IMAP4rev1 XXXXXXXA AUTH=PLAIN] ready\r\n" },
      2: { toClient: "* CAPABILITY IMAP4rev1 XXXXXXXA AUTH=PLAIN\r\na OK done\r\n" },
      3: { toServer: "b XXXXXXXX\r\n" },
    },
    delete: {
      0: { toClient: "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n" },
      2: { toClient: "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na OK done\r\n" },
    },
    replace: {
      0: { toClient: "* OK [CAPABILITY IMAP4rev1 STARTTLX AUTH=PLAIN] ready\r\n" },
      2: { toClient: "* CAPABILITY IMAP4rev1 STARTTLX AUTH=PLAIN\r\na OK done\r\n" },
    },
    "refuse-454": {
      3: { toServer: "", toClient: "b NO TLS not available due to temporary reason\r\n" },
    },
    "refuse-500": { 3: { toServer: "", toClient: "b BAD Command unrecognized\r\n" } },
    respinj: { 4: { toClient: "b OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" } },
    cmdinj: { 3: { toServer: "b STARTTLS\r\ninjected NOOP\r\n" } },
    preauth: { 0: { toClient: "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready\r\n" } },
  },
  pop3: {
    none: {},
    asa: {
      2: { toClient: "+OK\r\nTOP\r\nXXXA\r\nUSER\r\n.\r\n" },
      3: { toServer: "XXXX\r\n" },
    },
    delete: { 2: { toClient: "+OK\r\nTOP\r\nUSER\r\n.\r\n" } },
    replace: { 2: { toClient: "+OK\r\nTOP\r\nSTLX\r\nUSER\r\n.\r\n" } },
    "refuse-454": {
      3: { toServer: "", toClient: "-ERR TLS not available due to temporary reason\r\n" },
    },
    "refuse-500": { 3: { toServer: "", toClient: "-ERR Unknown command.\r\n" } },
    respinj: { 4: { toClient: "+OK begin\r\n+OK injected\r\n" } },
    cmdinj: { 3: { toServer: "STLS\r\nNOOP\r\n" } },
  },
};

/** Feeds a dialog in pieces of `size` octets and returns what each turn became. */
function pass(dialect: Dialect, mode: Mode, dialog: Turn[], size: number) {
  const rewriter = rewriterOf(dialect, mode);
  const directions = rewriter && {
    C: new Direction(rewriter, "client"),
    S: new Direction(rewriter, "server"),
  };
  return dialog.map(([who, text]) => {
    const became = { toClient: "", toServer: "" };
    for (let at = 0; at < text.length; at += size) {
      const piece = text.slice(at, at + size);
      const unchanged =
        who === "C" ? { toClient: "", toServer: piece } : { toClient: piece, toServer: "" };
      const turn = directions?.[who].feed(piece) ?? unchanged;
      became.toClient += turn.toClient;
      became.toServer += turn.toServer;
    }
    return became;
  });
}

function unchanged([who, text]: Turn) {
  return who === "C" ? { toClient: "", toServer: text } : { toClient: text, toServer: "" };
}

describe("lab: what the middlebox rewrites", () => {
  for (const dialect of ["smtp", "imap", "pop3"] as const) {
    for (const mode of MODES_OF[dialect]) {
      it(`${dialect} ${mode}: exactly what it says, however the octets are cut`, () => {
        const change = EXPECTED[dialect][mode];
        assert.ok(change, `no expectation for ${dialect} ${mode}`);
        const dialog = DIALOGS[dialect];
        // What is answered in the server's place is not followed by the server's own answer.
        const end = Object.values(change).some((each) => each.toServer === "")
          ? Number(Object.keys(change)[0]) + 1
          : mode === "asa" || mode === "noop"
            ? 4
            : dialog.length;
        const expected = dialog
          .map((turn, i) => ({ ...unchanged(turn), ...change[i] }))
          .slice(0, end);
        for (const size of [1, 7, 1000]) {
          assert.deepEqual(
            pass(dialect, mode, dialog.slice(0, end), size),
            expected,
            `pieces of ${size}`,
          );
        }
      });
    }
  }

  it("leaves a message's text and an authentication exchange alone", () => {
    const kept = pass("smtp", "asa", SMTP_CLEAR, 1000);
    assert.deepEqual(kept[5], { toClient: "", toServer: "STARTTLS\r\n" });
    assert.deepEqual(kept[9], { toClient: "", toServer: "STARTTLS\r\nXYZZY\r\n.\r\n" });
  });

  it("ends a list whose last keyword it deletes", () => {
    const dialog: Turn[] = [
      ["S", "220 a\r\n"],
      ["C", "EHLO b\r\n"],
      ["S", "250-a\r\n250-SIZE 1\r\n250 STARTTLS\r\n"],
    ];
    assert.equal(pass("smtp", "delete", dialog, 1000)[2]?.toClient, "250-a\r\n250 SIZE 1\r\n");
  });
});
