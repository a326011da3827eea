// The Community ID against the published examples of other programs.

import { strictEqual } from "node:assert";
import { communityId } from "../../host/ground/community-id.ts";

/** From the baseline files of the specification's repository, and of Zeek's test of it. */
const PUBLISHED = [
  ["128.232.110.120", 34_855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
  [
    ...(["2001:470:e5bf:dead:4957:2174:e82c:4887", 63_943] as const),
    ...(["2607:f8b0:400c:c03::1a", 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="] as const),
  ],
] as const;

describe("Community ID", () => {
  for (const [client, clientPort, server, serverPort, id] of PUBLISHED) {
    it(`of ${client} and ${server} is that of other programs, from either end`, () => {
      strictEqual(communityId(client, clientPort, server, serverPort), id);
      strictEqual(communityId(server, serverPort, client, clientPort), id);
    });
  }

  it("orders by port where the addresses are the same", () => {
    const id = "1:WaobEo3Uyp/JjlL9QX3lvrl1Oag=";
    strictEqual(communityId("10.0.0.1", 80, "10.0.0.1", 1234), id);
    strictEqual(communityId("10.0.0.1", 1234, "10.0.0.1", 80), id);
  });
});
