package dev.cortado.engine.model;

/**
 * A family of models that can be opened, for listings.
 *
 * @param name as {@code general.architecture} has it
 * @param models what models it serves, for a reader
 * @param generates whether it continues text; false for families that only embed
 */
public record Family(String name, String models, boolean generates) {}
