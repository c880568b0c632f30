import type { Context } from "hono";
import type { JsonObject } from "./fields.ts";

/** A file that a multipart request carried. Its bytes are counted and let go. */
export interface UploadedFile {
  /** The name of the form field. */
  readonly field: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
}

/** A multipart body: its texts as a body, and its files. */
export interface Upload {
  readonly body: JsonObject;
  readonly files: readonly UploadedFile[];
}

/** Whether a request carries a multipart form (RFC 7578). */
export const isUpload = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase().startsWith("multipart/form-data") === true;

/** Reads a multipart body; undefined where it is broken. A field that comes twice is a list. */
export const readUpload = async (context: Context): Promise<Upload | undefined> => {
  try {
    const form = await context.req.formData();
    const texts = new Map<string, string | string[]>();
    const files: UploadedFile[] = [];
    for (const [field, value] of form) {
      if (typeof value === "string") {
        const known = texts.get(field);
        texts.set(field, known === undefined ? value : [known, value].flat());
      } else {
        files.push({ field, name: value.name, mimeType: value.type, bytes: value.size });
      }
    }
    return { body: Object.fromEntries(texts), files };
  } catch {
    return undefined;
  }
};
