import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeEntry } from "../../../src/connect/merge-entry.ts";

const wanted = { member: "mcpServers", name: "ghl", entry: { url: "https://mcp.example/mcp" } };

const merge = (text: string) => {
  const merged = mergeEntry(text, wanted);
  if (!merged.ok) throw new Error(merged.failure.kind);
  return merged.value;
};

describe("an entry put into a file", () => {
  it("leaves other servers, other members, their order and the indentation as they are", () => {
    const text =
      '{\n\t"theme": "dark",\n\t"mcpServers": {\n\t\t"files": {"command": "x"}\n\t},\n\t"z": [1]\n}\n';
    expect(merge(text)).toEqual({
      change: "added",
      text: [
        "{",
        '\t"theme": "dark",',
        '\t"mcpServers": {',
        '\t\t"files": {',
        '\t\t\t"command": "x"',
        "\t\t},",
        '\t\t"ghl": {',
        '\t\t\t"url": "https://mcp.example/mcp"',
        "\t\t}",
        "\t},",
        '\t"z": [',
        "\t\t1",
        "\t]",
        "}",
        "",
      ].join("\n"),
    });
  });

  it("replaces an older one of its name and no other", () => {
    const { change, text } = merge('{"mcpServers":{"ghl":{"url":"old"},"ghl2":{"url":"old"}}}');
    expect(change).toBe("replaced");
    expect(JSON.parse(text)).toEqual({
      mcpServers: { ghl: { url: "https://mcp.example/mcp" }, ghl2: { url: "old" } },
    });
  });

  it("changes not a byte where it stands already", () => {
    const text = '{ "mcpServers": {"ghl": {"url":"https://mcp.example/mcp"}} }';
    expect(merge(text)).toEqual({ change: "same", text });
  });

  it("makes what is missing, in an empty file too", () => {
    for (const text of ["", " \n", "{}"]) {
      expect(JSON.parse(merge(text).text)).toEqual({ mcpServers: { ghl: wanted.entry } });
    }
  });

  it("keeps any JSON object besides, whatever its members are called", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ depthSize: "small" })),
        fc.dictionary(fc.string(), fc.jsonValue({ depthSize: "small" })),
        (file, servers) => {
          const before = JSON.parse(JSON.stringify({ ...file, mcpServers: servers })) as {
            mcpServers: object;
          };
          const after = JSON.parse(merge(JSON.stringify(before)).text) as object;
          expect(after).toEqual({
            ...before,
            mcpServers: { ...before.mcpServers, ghl: wanted.entry },
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("a file that is left alone", () => {
  it.each([
    ['{"mcpServers": {} // mine\n}', { kind: "not_json" }],
    ['{"mcpServers": {},}', { kind: "not_json" }],
    ["mcpServers:", { kind: "not_json" }],
    ["[]", { kind: "not_an_object", what: "the file" }],
    ["null", { kind: "not_an_object", what: "the file" }],
    ['{"mcpServers": []}', { kind: "not_an_object", what: '"mcpServers"' }],
    ['{"mcpServers": null}', { kind: "not_an_object", what: '"mcpServers"' }],
  ])("%s is refused", (text, failure) => {
    expect(mergeEntry(text, wanted)).toEqual({ ok: false, failure });
  });
});
