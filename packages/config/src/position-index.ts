import type { SettingPath, Span } from "./span.js";
import type { KeyName, ValueShape } from "./toml-shape.js";
import { scanStatements, type TomlStatement } from "./toml-statement.js";

/** Where a setting is written: its key (for an item of an array, the item) and its value (for a table, its header). */
export interface Position {
  readonly key: Span;
  readonly value: Span;
}

/** Where every table, key and array item of a TOML text stands; the parser gives values without positions. */
export interface PositionIndex {
  /** The position of exactly this setting, or `undefined` where the text does not have it. */
  readonly find: (path: SettingPath) => Position | undefined;
  /** The position of this setting or, where it is not written, of the nearest table around it; at worst the text's start. */
  readonly nearest: (path: SettingPath) => Position;
  /** The names inside a table, in the order of the text. */
  readonly names: (path: SettingPath) => readonly string[];
  /** How many items an array has. */
  readonly itemCount: (path: SettingPath) => number;
}

interface Node {
  position: Position;
  readonly names: Map<string, Node>;
  readonly items: Node[];
}

const textStart: Position = { key: { start: 0, end: 0 }, value: { start: 0, end: 0 } };

/** Never throws; for a text that the parser accepts the index has exactly the parser's tables, keys and items. O(text). */
export const indexPositions = (text: string): PositionIndex => indexStatements(scanStatements(text));

/** As {@link indexPositions}, of statements already read. */
export const indexStatements = (statements: readonly TomlStatement[]): PositionIndex => {
  const root = createNode(textStart);
  let section = root;
  for (const statement of statements) {
    if (statement.kind === "header") section = openSection(root, statement);
    if (statement.kind === "assignment") place(section, statement.key, statement.value);
  }
  return {
    find: (path) => {
      const trail = walk(root, path);
      return trail.length > path.length ? trail.at(-1)?.position : undefined;
    },
    nearest: (path) => walk(root, path).at(-1)?.position ?? textStart,
    names: (path) => [...(walk(root, path)[path.length]?.names.keys() ?? [])],
    itemCount: (path) => walk(root, path)[path.length]?.items.length ?? 0,
  };
};

const createNode = (position: Position): Node => ({ position, names: new Map(), items: [] });

/** The nodes from the root along `path`, as far as they exist. */
const walk = (root: Node, path: SettingPath): readonly Node[] => {
  const trail = [root];
  let node: Node | undefined = root;
  for (const step of path) {
    node = typeof step === "number" ? node.items[step] : node.names.get(step);
    if (node === undefined) break;
    trail.push(node);
  }
  return trail;
};

const openSection = (root: Node, header: TomlStatement & { readonly kind: "header" }): Node => {
  let node = root;
  header.key.forEach((name, depth) => {
    const isLast = depth === header.key.length - 1;
    const position = { key: name.span, value: header.span };
    const child = childOf(node, name.name, position);
    if (isLast && header.ofArray) child.items.push(createNode(position));
    else if (isLast) child.position = position;
    node = child.items.at(-1) ?? child;
  });
  return node;
};

const place = (table: Node, key: readonly KeyName[], value: ValueShape): void => {
  let node = table;
  key.forEach((name, depth) => {
    node = childOf(node, name.name, { key: name.span, value: value.span });
    if (depth === key.length - 1) fill(node, value);
  });
};

const fill = (node: Node, value: ValueShape): void => {
  for (const entry of value.entries) place(node, entry.key, entry.value);
  for (const item of value.items) {
    const child = createNode({ key: item.span, value: item.span });
    node.items.push(child);
    fill(child, item);
  }
};

const childOf = (parent: Node, name: string, position: Position): Node => {
  const known = parent.names.get(name);
  if (known !== undefined) return known;
  const child = createNode(position);
  parent.names.set(name, child);
  return child;
};
