package dev.cortado.cli.compare;

/**
 * What every program is asked to do.
 *
 * @param prompt tokens of the prompt
 * @param generated tokens that follow one by one
 * @param threads threads that compute
 * @param repetitions measurements in one process, after one that warms up
 */
record Workload(int prompt, int generated, int threads, int repetitions) {}
