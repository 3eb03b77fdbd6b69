/** The house rules of ARCHITECTURE.md that can be checked: layers point down, and only shells touch the machine. */
const layers = [
  ["crdt", "identity"],
  ["config", "storage", "protocol"],
  ["storage-lmdb", "storage-postgres", "replica"],
  ["simulator", "conformance"],
];

const upward = layers.flatMap((names, layer) =>
  names.map((name) => ({
    name: `${name}-points-down`,
    severity: "error",
    comment: `packages/${name} may only use packages of a lower layer`,
    from: { path: `^packages/${name}/` },
    to: {
      path: `^(apps|packages/(${layers
        .slice(layer)
        .flat()
        .filter((other) => other !== name)
        .join("|")}))/`,
    },
  })),
);

/** Where a package may touch the machine, and with what. Tests may do as they like. */
const TESTS = "(\\.test\\.ts$|/testing/|/test/|\\.config\\.ts$)";
const nodeImports = [
  { package: "crdt", allowed: "^$" },
  { package: "identity", allowed: "^(node:)?(fs|fs/promises|path|buffer|crypto)$" },
  { package: "config", allowed: "^(node:)?(crypto|path)$" },
  { package: "storage", allowed: "^$" },
  { package: "protocol", allowed: "^$", except: "^packages/protocol/src/tls/" },
  { package: "storage-lmdb", allowed: "^(node:)?(fs|fs/promises|path|process|os)$" },
  { package: "storage-postgres", allowed: "^$" },
  { package: "replica", allowed: "^$", except: "^packages/replica/src/system/" },
  { package: "simulator", allowed: "^$", except: "^packages/simulator/src/command/" },
  { package: "conformance", allowed: "^$", except: "^packages/conformance/src/tls/" },
].map(({ package: name, allowed, except }) => ({
  name: `${name}-touches-the-machine`,
  severity: "error",
  comment: `packages/${name} may import of Node only ${allowed}`,
  from: { path: `^packages/${name}/src/`, pathNot: except ? `${TESTS}|${except}` : TESTS },
  to: { dependencyTypes: ["core"], pathNot: allowed },
}));

module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "sockets-in-one-place",
      severity: "error",
      comment:
        "packages/protocol/src/tls holds the sockets of the libraries; the conformance runner has its own, which can break rules",
      from: { path: "^packages/", pathNot: `${TESTS}|^packages/(protocol|conformance)/src/tls/` },
      to: { dependencyTypes: ["core"], path: "^(node:)?(net|tls|dgram|http|https|http2|dns)" },
    },
    {
      name: "no-reach-inside",
      severity: "error",
      comment: "a package is used through its exports",
      from: { path: "^(packages|apps)/([^/]+)/" },
      to: { path: "^(packages|apps)/([^/]+)/src/", pathNot: "^(packages|apps)/$2/" },
    },
    ...upward,
    ...nodeImports,
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    // Its parser reads no JSX: circles of components are biome's business (noImportCycles).
    exclude: { path: "/(dist|node_modules|\\.turbo)/|\\.tsx$" },
    parser: "swc",
    tsPreCompilationDeps: false,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
