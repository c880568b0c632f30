/** A path pattern with what is found behind it. */
export interface PathEntry<Value> {
  readonly method: string;
  /** Placeholders are written `{name}` or `:name`. */
  readonly path: string;
  readonly value: Value;
}

/** What a path leads to, and the texts that stand in its placeholders, in order. */
export interface PathMatch<Value> {
  readonly value: Value;
  readonly texts: readonly string[];
}

interface Node<Value> {
  readonly fixed: Map<string, Node<Value>>;
  open?: Node<Value>;
  readonly values: Value[];
}

const createNode = <Value>(): Node<Value> => ({ fixed: new Map(), values: [] });

const isPlaceholder = (segment: string): boolean =>
  segment.startsWith(":") || (segment.startsWith("{") && segment.endsWith("}"));

const toSegments = (path: string): readonly string[] =>
  path.split("/").filter((segment) => segment !== "");

/** The names of a pattern's placeholders, in order. */
export const placeholderNames = (path: string): readonly string[] =>
  toSegments(path)
    .filter(isPlaceholder)
    .map((segment) => segment.replaceAll(/^:|[{}]/gu, ""));

/** A pattern with nothing in its placeholders, and no slash at its end. */
export const toBlankPath = (path: string): string =>
  `/${toSegments(path)
    .map((segment) => (isPlaceholder(segment) ? "{}" : segment))
    .join("/")}`;

/**
 * Creates the finder of what stands behind a path: everything that fits, a fixed word before a
 * placeholder wherever both would do. A slash at the end makes no difference.
 */
export const createPathMatcher = <Value>(
  entries: readonly PathEntry<Value>[],
): ((method: string, path: string) => readonly PathMatch<Value>[]) => {
  const roots = new Map<string, Node<Value>>();
  for (const { method, path, value } of entries) {
    let node = roots.get(method) ?? createNode<Value>();
    roots.set(method, node);
    for (const segment of toSegments(path)) node = enter(node, segment);
    node.values.push(value);
  }
  return (method, path) => {
    const root = roots.get(method);
    return root === undefined ? [] : walk(root, toSegments(path), []);
  };
};

const enter = <Value>(node: Node<Value>, segment: string): Node<Value> => {
  if (isPlaceholder(segment)) {
    node.open ??= createNode();
    return node.open;
  }
  const next = node.fixed.get(segment) ?? createNode<Value>();
  node.fixed.set(segment, next);
  return next;
};

const walk = <Value>(
  node: Node<Value>,
  segments: readonly string[],
  texts: readonly string[],
): PathMatch<Value>[] => {
  const [segment, ...rest] = segments;
  if (segment === undefined) return node.values.map((value) => ({ value, texts }));
  const fixed = node.fixed.get(segment);
  const text = decode(segment);
  return [
    ...(fixed === undefined ? [] : walk(fixed, rest, texts)),
    ...(node.open === undefined || text === undefined
      ? []
      : walk(node.open, rest, [...texts, text])),
  ];
};

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};
