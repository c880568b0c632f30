import type { Context } from "hono";
import { isJsonObject } from "../gate/fields.ts";
import type { SentBody, SentFile } from "./call.ts";

/** Reads a body by its content type; undefined where it cannot be read as that. */
export const readBody = async (request: Context["req"]): Promise<SentBody | undefined> => {
  const contentType = request.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (contentType === "multipart/form-data") return readMultipart(request);
  const text = await request.text();
  if (text.trim() === "") return { value: undefined, files: [] };
  if (contentType === "application/x-www-form-urlencoded") {
    return { contentType, value: toFields(new URLSearchParams(text)), files: [] };
  }
  try {
    const value: unknown = JSON.parse(text);
    return { contentType: contentType ?? "", value, files: [] };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const readMultipart = async (request: Context["req"]): Promise<SentBody | undefined> => {
  const contentType = "multipart/form-data";
  const form = await parseForm(request);
  if (form === undefined) return undefined;
  const files: SentFile[] = [];
  const texts: [string, string][] = [];
  for (const [field, value] of form) {
    if (typeof value === "string") texts.push([field, value]);
    else {
      const bytes = new Uint8Array(await value.arrayBuffer());
      files.push({ field, fileName: value.name, contentType: value.type, bytes });
    }
  }
  return { contentType, value: toFields(texts), files };
};

const parseForm = async (request: Context["req"]): Promise<FormData | undefined> => {
  try {
    return await request.formData();
  } catch (error) {
    // What undici throws for a form that ends early or has no boundary.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
};

/** The fields of a form; a list where a name is there more than once. */
const toFields = (pairs: Iterable<readonly [string, string]>): Record<string, unknown> => {
  const fields = new Map<string, string | string[]>();
  for (const [name, text] of pairs) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(fields);
};

/** The body as a stateful endpoint takes it: an object; undefined where it is something else. */
export const toObjectBody = ({
  value,
}: SentBody): Readonly<Record<string, unknown>> | undefined => {
  if (value === undefined) return {};
  return isJsonObject(value) ? value : undefined;
};
