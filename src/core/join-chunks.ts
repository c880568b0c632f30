/** The chunks of a body as one; nearly every body comes in one piece, which is not copied then. */
export const joinChunks = (chunks: readonly Buffer[]): Buffer => {
  const [only, ...others] = chunks;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(chunks);
};
