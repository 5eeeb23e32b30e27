# Measures llama-cpp-python and writes what llama-bench writes.
# Arguments: model, tokens of the prompt, tokens to generate, threads, repetitions.
import json, sys, time
import llama_cpp

model, prompt, generated, threads, repetitions = sys.argv[1], *map(int, sys.argv[2:6])
llm = llama_cpp.Llama(model, n_ctx=max(prompt, generated) + 1, n_batch=512, n_threads=threads,
                      n_threads_batch=threads, n_gpu_layers=0, verbose=False)
tokens = [(i * 7919 + 1) % llm.n_vocab() for i in range(max(prompt, generated))]


def prefill():
    llm.reset()
    began = time.perf_counter()
    llm.eval(tokens[:prompt])
    return prompt / (time.perf_counter() - began)


def generation():
    llm.reset()
    began = time.perf_counter()
    for token in tokens[:generated]:
        llm.eval([token])
    return generated / (time.perf_counter() - began)


def test(run, n_prompt, n_gen):
    run()  # warms up
    return {"n_prompt": n_prompt, "n_gen": n_gen, "samples_ts": [run() for _ in range(repetitions)],
            "build_commit": llama_cpp.__version__,
            "system_info": llama_cpp.llama_print_system_info().decode()}


print(json.dumps([test(prefill, prompt, 0), test(generation, 0, generated)]))
