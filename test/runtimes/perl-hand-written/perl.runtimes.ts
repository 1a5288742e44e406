import { testBehaviours } from '../behaviours.ts';
import { source } from '../toolchains.ts';

testBehaviours({
  name: 'Perl',
  // Debian's perl-base has no HTTP::Tiny.
  probes: [['perl', '-MHTTP::Tiny', '-e', '1']],
  packages: ['perl'],
  // Perl warns where the locale that LANG names is not installed.
  build: async () => ['env', 'PERL_BADLANG=0', 'perl', source('perl-hand-written/bootstrap.pl')],
});
