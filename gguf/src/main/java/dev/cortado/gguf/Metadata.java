package dev.cortado.gguf;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The typed key/value pairs of a file, in file order. Getters convert between integer widths when the value fits and
 * throw {@link GgufFormatException} (naming file, key, found and expected type) when it does not; a missing key gives an
 * empty result or the default. Values: Long for every integer type (UINT64 above Long.MAX_VALUE is refused), Double for
 * F64, Float for F32, Boolean, String, and for arrays {@code long[]}, {@code float[]}, {@code double[]}, {@code
 * boolean[]}, {@code String[]}, or {@code Object[]} for nested ones. Everything is decoded when it is asked for, and anew each
 * time: keep an array that is needed again. Text that is not UTF-8 has U+FFFD in its place.
 */
public interface Metadata {
    /** Keys in file order. */
    Set<String> keys();

    /** Whether the key is there. */
    default boolean has(String key) {
        return keys().contains(key);
    }

    /** The value as said above. */
    Optional<Object> value(String key);

    /** The value with the exact type it has in the file, which may be a UINT64 of any size. */
    Optional<MetadataValue> typed(String key);

    Optional<String> string(String key);

    Optional<Integer> integer(String key);

    Optional<Float> real(String key);

    Optional<Boolean> bool(String key);

    /** An array of integers of any width. */
    Optional<int[]> integers(String key);

    Optional<float[]> reals(String key);

    Optional<String[]> strings(String key);

    /** The same to be gone through, for arrays with as many strings as a model has tokens. */
    Optional<TextArray> texts(String key);

    /** The value must be there: {@link GgufFormatException} names file and key when it is not. */
    String requireString(String key);

    /** Like {@link #requireString}. */
    int requireInteger(String key);

    default int integer(String key, int otherwise) {
        return integer(key).orElse(otherwise);
    }

    default float real(String key, float otherwise) {
        return real(key).orElse(otherwise);
    }

    default boolean bool(String key, boolean otherwise) {
        return bool(key).orElse(otherwise);
    }

    /**
     * The exception for a value that its reader cannot use; it names the key and, where there is one, the file.
     *
     * @param problem what was found and what was expected
     */
    default GgufFormatException fault(String key, String problem) {
        return new GgufFormatException("key %s: %s".formatted(Quoted.of(key), problem));
    }

    /** All of it, decoded. */
    Map<String, Object> toMap();
}
