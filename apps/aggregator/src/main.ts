#!/usr/bin/env node
import { runProcess } from '#runtime';
import { aggregator } from './aggregator.role.js';

await runProcess([aggregator]);
