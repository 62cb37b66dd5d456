# Thin on purpose: each command is one script under scripts/ or one program of .venv.

.DEFAULT_GOAL := help
.PHONY: help run demo test test-full bench check format lock clean

help: ## Affiche cette aide
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Réglages de run et demo : PORT (8000), HOST (127.0.0.1) ; de run : DATA (var/)."

run: ## Installe ce qui manque, puis démarre le service (Ctrl-C l'arrête)
	@scripts/start.sh serve

demo: ## Démarre un concours de démonstration (PHASE=open|jury|deliberation|honours)
	@scripts/start.sh demo

test: ## Lance tous les tests, navigateur et PostgreSQL compris
	@scripts/test.sh

test-full: ## Les mêmes, et ceux qui sont trop lourds pour chaque changement
	@scripts/test.sh -m "full or not full"

bench: ## Mesure les vitesses promises, à côté de nginx et de ffmpeg (sept minutes)
	@scripts/bench.sh

check: ## Vérifie la forme, les types, les importations et les règles de la maison
	@scripts/check.sh

format: ## Met le code en forme
	@scripts/install.sh dev
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: ## Recalcule requirements/*.txt (UPGRADE=1 pour tout faire avancer)
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## Efface l'environnement et les caches, jamais les données (var/, uploads/)
	@rm -rf .venv node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	@find benchmarks concours jury tests -name __pycache__ -type d -prune -exec rm -rf {} +
