import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../../src/config/schema.ts";

const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
const settings = parseEnv(example.replaceAll(/^#(?=[A-Z_]+=)/gm, ""));

describe(".env.example", () => {
  it("has every setting and no other", () => {
    expect(Object.keys(settings).toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });

  it("shows the value that counts when none is given", () => {
    const fallbacks = Object.entries(SETTINGS).flatMap(([name, info]) =>
      "fallback" in info && !("shownDefault" in info) ? [[name, info.fallback]] : [],
    );

    expect(settings).toMatchObject(Object.fromEntries(fallbacks));
  });

  it("sets nothing as long as nothing is uncommented", () => {
    expect(parseEnv(example)).toEqual({});
  });
});
