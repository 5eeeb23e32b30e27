package dev.cortado.cli.conformance;

import dev.cortado.engine.backend.Backend;

/**
 * What a conformance run computes with.
 *
 * @param backend open
 * @param device its name, for processes that open it themselves
 * @param models where model files are
 * @param probe loads hostile files in a process of its own
 */
record Setup(Backend backend, String device, ModelLocator models, HostileProcess probe) {}
