package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.TextArray;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Metadata made by hand, for vocabularies of a few tokens. */
public record MapMetadata(Map<String, Object> values) implements Metadata {
    static MapMetadata of(Object... pairs) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put("tokenizer.ggml." + pairs[i], pairs[i + 1]);
        }
        return new MapMetadata(values);
    }

    /** The same with another value for a key, or without the key where the value is null. */
    public MapMetadata with(String key, Object value) {
        Map<String, Object> changed = new HashMap<>(values);
        String full = key.startsWith("general.") ? key : "tokenizer.ggml." + key;
        if (value == null) {
            changed.remove(full);
        } else {
            changed.put(full, value);
        }
        return new MapMetadata(changed);
    }

    @Override
    public Set<String> keys() {
        return values.keySet();
    }

    @Override
    public Optional<Object> value(String key) {
        Object value = values.get(key);
        return Optional.ofNullable(value instanceof Integer number ? Long.valueOf(number) : value);
    }

    @Override
    public Optional<MetadataValue> typed(String key) {
        throw new UnsupportedOperationException("the tokenizers need no exact types");
    }

    @Override
    public Optional<String> string(String key) {
        return get(key, String.class);
    }

    @Override
    public Optional<Integer> integer(String key) {
        return get(key, Integer.class);
    }

    @Override
    public Optional<Float> real(String key) {
        return get(key, Float.class);
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return get(key, Boolean.class);
    }

    @Override
    public Optional<int[]> integers(String key) {
        return get(key, int[].class);
    }

    @Override
    public Optional<float[]> reals(String key) {
        return get(key, float[].class);
    }

    @Override
    public Optional<String[]> strings(String key) {
        return get(key, String[].class);
    }

    @Override
    public Optional<TextArray> texts(String key) {
        return strings(key).map(texts -> new TextArray() {
            @Override
            public int size() {
                return texts.length;
            }

            @Override
            public void forEach(Action action) {
                for (String text : texts) {
                    byte[] bytes = Utf8.encode(text);
                    action.accept(bytes, 0, bytes.length);
                }
            }
        });
    }

    @Override
    public String requireString(String key) {
        return string(key).orElseThrow(() -> fault(key, "not there"));
    }

    @Override
    public int requireInteger(String key) {
        return integer(key).orElseThrow(() -> fault(key, "not there"));
    }

    @Override
    public Map<String, Object> toMap() {
        return values;
    }

    private <T> Optional<T> get(String key, Class<T> type) {
        Object value = values.get(key);
        if (value != null && !type.isInstance(value)) {
            throw new GgufFormatException("key " + key + ": not a " + type.getSimpleName());
        }
        return Optional.ofNullable(type.cast(value));
    }
}
