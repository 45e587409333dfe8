const TESTS = '\\.test\\.ts$'

/** What may import what: docs/guides/architecture.md, "Import rules". */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-stands-alone',
      comment: 'domain is pure: no I/O, no clock, no library.',
      severity: 'error',
      from: { path: '^domain/', pathNot: TESTS },
      to: { pathNot: '^domain/' },
    },
    {
      name: 'server-knows-no-caller',
      severity: 'error',
      from: { path: '^server/', pathNot: TESTS },
      to: { path: '^(app|components|workers|scripts|drill|prisma)/' },
    },
    {
      name: 'workers-know-server-and-domain',
      severity: 'error',
      from: { path: '^workers/', pathNot: TESTS },
      to: { path: '^(app|components|scripts|drill|prisma|server/web)/' },
    },
    {
      name: 'framework-only-where-pages-are-made',
      severity: 'error',
      from: { pathNot: '^(app|components|server/web)/|^proxy\\.ts$' },
      to: { path: '^node_modules/(next|react|react-dom|@tanstack)/' },
    },
    {
      name: 'browser-code-knows-no-server',
      severity: 'error',
      from: { path: '\\.client\\.tsx$' },
      to: { path: '^server/' },
    },
    {
      name: 'components-know-no-server',
      comment: 'components take props; domain gives them their words and formats.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(server|app|workers)/' },
    },
    {
      name: 'pages-start-nothing',
      severity: 'error',
      from: { path: '^(app/|components/|proxy\\.ts$)' },
      to: { path: '^(workers|scripts|drill|prisma)/' },
    },
    {
      name: 'database-types-stay-inside',
      severity: 'error',
      from: { pathNot: '^(server|prisma)/' },
      to: { path: '^server/db/generated/' },
    },
    {
      name: 'scripts-start-programs-they-do-not-contain',
      severity: 'error',
      from: { path: '^scripts/', pathNot: TESTS },
      to: { path: '^(app|components|server|workers|drill)/' },
    },
    {
      name: 'no-unlisted-package',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '(^app/|^proxy\\.ts$|\\.test\\.ts$|\\.d\\.ts$|\\.config\\.(ts|mjs)$|^scripts/[^/]+\\.(ts|mjs)$|^workers/main\\.ts$|^prisma/seed\\.ts$|^scripts/local/[^/]+/main\\.ts$|^\\.dependency)',
      },
      to: {},
    },
  ],
  options: {
    // TypeScript 7 has no API that the tool could use.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|^server/db/generated/' },
    exclude: { path: '^(\\.next|\\.saleday)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css'],
    },
  },
}
