import { StringDecoder } from "node:string_decoder";

/** The text of a body that comes in chunks. */
export interface TextChunks {
  add(chunk: Buffer): void;
  /** The text of all chunks: what is no UTF-8 has been replaced. */
  end(): string;
}

/**
 * Decodes each chunk when the next one comes, so that megabytes are not joined and decoded in one turn of the
 * event loop at their end. Nearly every body is one chunk, which is decoded without a decoder.
 */
export const createTextChunks = (): TextChunks => {
  let last: Buffer | undefined;
  let decoder: StringDecoder | undefined;
  let text = "";
  return {
    add: (chunk) => {
      if (last !== undefined) {
        decoder ??= new StringDecoder("utf8");
        text += decoder.write(last);
      }
      last = chunk;
    },
    end: () => (decoder === undefined ? (last?.toString("utf8") ?? "") : text + decoder.end(last)),
  };
};
