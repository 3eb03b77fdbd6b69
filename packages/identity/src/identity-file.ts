import { link, mkdir, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  type CreateIdentityOptions,
  createIdentity,
  decodeIdentity,
  encodeIdentity,
  type Identity,
  type RenewIdentityOptions,
  renewIdentity,
} from "./identity.js";
import { IdentityError } from "./identity-error.js";

/** The one file, in a node's directory, that holds its private key and its certificate: so they cannot come apart. */
export const identityFilePath = (directory: string): string => join(directory, "identity.pem");

/** Beside it: the identity that the node is about to go over to. */
export const successorFilePath = (directory: string): string => join(directory, "identity-successor.pem");

/** Two PEM blocks have about 850 bytes; the rest is room for certificates made elsewhere. */
const FILE_BYTES_MAX = 64 * 1024;

/**
 * The identity kept in `directory`; undefined if there is none.
 *
 * Throws `key_file_permissions` if group or others have any right to the file, or anybody may put another in its place (the message
 * holds the `chmod` to type), `identity_file_io`, and what `decodeIdentity` throws, with the path in the message. POSIX systems only.
 */
export const loadIdentity = (directory: string): Promise<Identity | undefined> => load(identityFilePath(directory));

/** As `loadIdentity`, of the successor. */
export const loadSuccessor = (directory: string): Promise<Identity | undefined> => load(successorFilePath(directory));

const load = async (path: string): Promise<Identity | undefined> => {
  const text = await blaming("read", path, () => readSecret(path));
  if (text === undefined) return undefined;
  try {
    return decodeIdentity(text);
  } catch (cause) {
    throw cause instanceof IdentityError
      ? new IdentityError(cause.code, `${path}: ${cause.message}`, { cause })
      : cause;
  }
};

/**
 * Makes `identity` the one kept in `directory`, in place of any other; creates the directory (0700) where it is missing.
 *
 * Atomic: a crash at any point leaves the old file or the new one, whole. Once resolved it survives the loss of power.
 * The file is 0600. A crash may leave a directory `.identity-*` (0700) behind, to be deleted. Throws `key_mismatch`, `key_malformed`
 * (nothing is written then), `identity_file_io`.
 */
export const saveIdentity = async (directory: string, identity: Identity): Promise<void> => {
  await publish(identityFilePath(directory), identity, rename);
};

/**
 * The identity kept in `directory`, or a new one that is kept there from now on. However many processes call this at once,
 * one identity is kept, and all of them return it. Durability and errors as those of `saveIdentity`, `loadIdentity` and `createIdentity`.
 */
export const loadOrCreateIdentity = (directory: string, options: CreateIdentityOptions): Promise<Identity> =>
  loadOrCreate(identityFilePath(directory), () => createIdentity(options));

/** The successor that is kept in `directory`, or a new one of `identity` that is kept there from now on; as `loadOrCreateIdentity`. */
export const loadOrCreateSuccessor = (
  directory: string,
  identity: Identity,
  options: RenewIdentityOptions,
): Promise<Identity> => loadOrCreate(successorFilePath(directory), () => renewIdentity(identity, options));

/**
 * Makes the successor in `directory` its identity: one rename, after which the old key is gone. A crash leaves the one or the
 * other; once resolved it survives the loss of power. Throws `identity_file_io`, also when there is no successor.
 */
export const adoptSuccessor = (directory: string): Promise<void> =>
  blaming("replace", identityFilePath(directory), async () => {
    await rename(successorFilePath(directory), identityFilePath(directory));
    await syncDirectory(directory);
  });

/** Takes the successor away, if there is one. Throws `identity_file_io`. */
export const discardSuccessor = (directory: string): Promise<void> =>
  blaming("remove", successorFilePath(directory), async () => {
    await rm(successorFilePath(directory), { force: true });
    await syncDirectory(directory);
  });

const loadOrCreate = async (path: string, create: () => Identity): Promise<Identity> => {
  const kept = await load(path);
  if (kept !== undefined) return kept;
  const created = create();
  // A link, unlike a rename, fails if someone else's file is already there.
  if (await publish(path, created, link)) return created;
  const winner = await load(path);
  if (winner !== undefined) return winner;
  throw new IdentityError("identity_file_io", `${path} was removed while it was being created; try again`);
};

/** Writes the file elsewhere and moves it into place by `place`. False if that found another file there. */
const publish = async (
  path: string,
  identity: Identity,
  place: (from: string, to: string) => Promise<void>,
): Promise<boolean> => {
  const text = encodeIdentity(identity);
  const directory = dirname(path);
  return blaming("write", path, async () => {
    await makeDirectory(resolve(directory));
    const temporary = await mkdtemp(join(directory, ".identity-"));
    try {
      await writeDurably(join(temporary, "identity.pem"), text);
      return await unlessExists(place(join(temporary, "identity.pem"), path));
    } finally {
      await rm(temporary, { recursive: true, force: true });
      await syncDirectory(directory);
    }
  });
};

const readSecret = async (path: string): Promise<string | undefined> => {
  const file = await openUnlessMissing(path);
  if (file === undefined) return undefined;
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const rights = (mode & 0o777).toString(8).padStart(4, "0");
      throw new IdentityError(
        "key_file_permissions",
        `${path} holds a private key and has rights ${rights}, so that others than its owner can use it; run: chmod 600 ${shellWord(path)}`,
      );
    }
    await refuseOpenDirectory(dirname(path));
    if (size > FILE_BYTES_MAX)
      throw new IdentityError("identity_file_malformed", `${path} is too long for an identity`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
};

/** Whoever may write to a directory may replace the files in it, whatever their own rights; where it is sticky, its owner alone. */
const refuseOpenDirectory = async (directory: string): Promise<void> => {
  const { mode } = await stat(directory);
  if ((mode & 0o002) === 0 || (mode & 0o1000) !== 0) return;
  throw new IdentityError(
    "key_file_permissions",
    `${directory} holds a private key, and anybody may put another file in its place; run: chmod o-w ${shellWord(directory)}`,
  );
};

const openUnlessMissing = async (path: string) => {
  try {
    return await open(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
};

const unlessExists = async (placed: Promise<void>): Promise<boolean> => {
  try {
    await placed;
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
};

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Creates `directory` with its parents, and makes each new name durable in the directory that holds it. */
const makeDirectory = async (directory: string): Promise<void> => {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Whatever the operating system refuses becomes `identity_file_io`, with its own error as the cause. */
const blaming = async <T>(verb: string, path: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause;
    const reason = errorCode(cause) ?? "unknown error";
    throw new IdentityError(
      "identity_file_io",
      `cannot ${verb} ${path} (${reason}): check the directory's rights and free space, and that its file system is a local one`,
      { cause },
    );
  }
};

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
