#!/usr/bin/env node
import { runBootstrap } from './bootstrap.ts';

// Not awaited: a process that waits at the top level, with nothing left to do, exits before it could say why.
void runBootstrap();
